import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

/// What people do about an incident: where it stands, whose it is, the check list, comments, photos.
struct HandlingRoutes: Sendable {
    let api: APIRouter
    let incidents: IncidentRoutes

    private struct NewStep: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case action, text }
        private enum Word: String, CaseIterable { case state, assign, comment, tick, untick }
        private var action: Choice<Word>
        private var text: String?

        func check() throws {
            try APIError.check(text, CodingKeys.text, length: 0...IncidentHandling.longestText)
            _ = try step()
        }

        func step() throws -> IncidentHandling.Action {
            let text = (text ?? "").trimmingCharacters(in: .whitespacesAndNewlines), word = action.value
            if text.isEmpty, word != .assign { throw APIError.invalid("\"text\" is missing.") }
            guard let step = IncidentHandling.Action(name: word.rawValue, text: text) else {
                let states = IncidentHandling.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw APIError.invalid("\"text\" must be one of \(states).")
            }
            return step
        }
    }

    func add() {
        api.on(.post, "/incidents/{incident}/handling", role: .operator) { call in
            let step = try await call.body(NewStep.self).step(), incident = try await incidents.known(call)
            return try await take(step, call, incident)
        }
        api.on(.post, "/incidents/{incident}/photos", role: .operator) { call in
            let text = try call.query("text") ?? "", incident = try await incidents.known(call)
            guard text.count <= IncidentHandling.longestText else { throw APIError.invalid("\"text\" is too long.") }
            let photo = try await Self.photo(in: call.request)
            return try await take(.photo(text), call, incident, photo: photo)
        }
        api.on(.get, "/incidents/{incident}/photos/{step}", role: .viewer) { call in
            let incident = try await incidents.known(call)
            guard let step = Self.step(named: call.parameter("step")),
                let photo = try await api.services.store.perform({ try $0.photo(step, of: incident.id) })
            else { throw APIError.notFound("There is no such photo.") }
            return Self.response(photo)
        }
    }

    private func take(
        _ action: IncidentHandling.Action, _ call: APICall, _ incident: Incident, photo: Data? = nil
    ) async throws -> Response {
        struct View: Encodable {
            var outcome: String
            var state: IncidentHandling.State
            var by: String?
            var at: Date?
            var incident: IncidentView
        }
        let author = IncidentHandling.Author(call.principal.name, by: .page), now = api.clock.now()
        let outcome = try await api.services.store.perform {
            try $0.handle(incident.id, action, by: author, at: now, photo: photo, isKnown: true)
        }
        let changed = try await incidents.changed(
            call, incident, outcome.isDone ? "incident.\(action.name)" : nil, action.text)
        let handling = try await api.services.store.perform { try $0.handling(of: incident.id) }
        let standing = outcome.standing ?? handling.standing
        return .json(
            View(
                outcome: outcome.name, state: standing?.state ?? .open, by: standing?.by, at: standing?.at,
                incident: changed))
    }

    // MARK: - Photos

    /// - Throws: ``APIError`` for what is no photo, or too large a one.
    static func photo(in request: Request) async throws -> Data {
        guard request.headers[.contentType]?.lowercased() == "image/jpeg" else {
            throw APIError(
                status: .unsupportedMediaType, code: "invalid",
                message: "Send a JPEG, with the header Content-Type: image/jpeg.")
        }
        let sent: ByteBuffer
        do {
            sent = try await request.body.collect(upTo: JPEGPhoto.maxBytes)
        } catch is NIOTooManyBytesError {
            throw APIError(
                status: .contentTooLarge, code: "too_large", message: "A photo may have \(JPEGPhoto.maxBytes) bytes.")
        }
        guard let photo = JPEGPhoto.withoutNotes(Data(sent.readableBytesView)) else {
            throw APIError.invalid("That is no JPEG.")
        }
        return photo
    }

    /// `7.jpg` is the photo of step 7.
    static func step(named name: String) -> Int64? {
        guard name.hasSuffix(".jpg"), name.utf8.count < 24 else { return nil }
        let digits = name.dropLast(4)
        return digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int64(digits) : nil
    }

    /// A photo never changes.
    static func response(_ photo: Data) -> Response {
        Response(
            status: .ok, headers: [.contentType: "image/jpeg", .cacheControl: "private, max-age=86400"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: photo)))
    }
}

extension IncidentHandling.Outcome {
    /// As the API spells it.
    var name: String {
        switch self {
        case .changed: "changed"
        case .joined: "joined"
        case .already: "already"
        case .refused: "refused"
        }
    }

    /// Whether something was written.
    var isDone: Bool {
        switch self {
        case .changed, .joined: true
        case .already, .refused: false
        }
    }

    /// How it stood before, where that matters.
    var standing: IncidentHandling.Standing? {
        switch self {
        case .changed: nil
        case .already(let standing): standing
        case .joined(let standing), .refused(let standing): standing
        }
    }
}

/// How an incident is handled, as the API shows it.
struct HandlingView: Encodable, Sendable {
    struct StepView: Encodable, Sendable {
        var at: Date
        var who: String
        var way: IncidentHandling.Way
        var action: String
        var text: String
        var photo: String?
    }

    /// A line of the check list.
    struct LineView: Encodable, Sendable {
        var text: String
        var needs: String?
        var tickedBy: String?
        var tickedAt: Date?
    }

    struct ContactView: Encodable, Sendable {
        var name: String
        var phone: String?
        var note: String?
    }

    struct PlaybookView: Encodable, Sendable {
        /// Nil where none fits any more, and something was ticked.
        var name: String?
        var lines: [LineView]
        var contacts: [ContactView]
    }

    var by: String?
    var at: Date?
    var steps: [StepView]
    var playbook: PlaybookView?

    /// - Parameter photo: The address of a step's photo.
    init(_ handling: IncidentHandling, _ playbook: Playbook?, photo: (Int64) -> String) {
        by = handling.standing?.by
        at = handling.standing?.at
        steps = handling.steps.map { step in
            var address: String?
            if case .photo = step.action { address = photo(step.id) }
            return StepView(
                at: step.at, who: step.author.name, way: step.author.way, action: step.action.name,
                text: step.action.text, photo: address)
        }
        let lines = handling.checkList(playbook).map {
            LineView(text: $0.line.text, needs: $0.line.needs, tickedBy: $0.tick?.author.name, tickedAt: $0.tick?.at)
        }
        if playbook != nil || !lines.isEmpty {
            self.playbook = PlaybookView(
                name: playbook?.name, lines: lines,
                contacts: (playbook?.contacts ?? []).map {
                    ContactView(name: $0.name, phone: $0.phone, note: $0.note)
                })
        }
    }
}
