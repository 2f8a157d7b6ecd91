public import Domain
public import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// Puts everything about an incident into one file.
public protocol IncidentArchive: Sendable {
    /// - Returns: A ZIP file that the caller deletes when it has been sent.
    /// - Throws: ``PortFailure``.
    func makeArchive(of incident: IncidentID, by: String) async throws -> URL
}

/// What happened: lists, details, what people say about it.
struct IncidentRoutes: Sendable {
    let api: APIRouter
    let clips: any ClipSource
    let site: PageSettings

    /// How the API spells a review.
    private enum Verdict: String, CaseIterable {
        case none, confirmed
        case notAnIncident = "not_an_incident"
        case trainingExample = "training_example"

        init(_ review: Review?) {
            switch review {
            case nil: self = .none
            case .confirmed: self = .confirmed
            case .notAnIncident: self = .notAnIncident
            case .training: self = .trainingExample
            }
        }

        var review: Review? {
            switch self {
            case .none: nil
            case .confirmed: .confirmed
            case .notAnIncident: .notAnIncident
            case .trainingExample: .training
            }
        }
    }

    private struct ReviewBody: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case verdict, note }
        var verdict: Choice<Verdict>
        var note: String?

        func check() throws { try APIError.check(note, CodingKeys.note, length: 0...500) }
    }

    private struct NewLink: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable {
            case hours
            case mayAct = "may_act"
        }
        var hours: Double?
        var mayAct: Bool?

        func check() throws { try APIError.check(hours, CodingKeys.hours, 0...8760, isAbove: true) }
    }

    private struct Protection: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case isProtected = "protected" }
        var isProtected: Bool
    }

    func add() {
        let hub = api.services.hub, store = api.services.store
        hub.use(
            EventHub.Views(
                incident: { try view($0, detailed: false, store.blocking) },
                stored: { try store.blocking.incident($0) },
                onFailure: { [logger = api.logger] in logger.error("open pages were not told of a change: \($0)") }))
        api.on(.get, "/incidents", role: .viewer, compresses: true) { call in try await list(call) }
        api.on(.get, "/days/{day}", role: .viewer, compresses: true) { call in try await day(call) }
        api.on(.get, "/incidents/{incident}", role: .viewer, compresses: true) { call in
            let incident = try await known(call)
            return .json(try await store.perform { try view(incident, detailed: true, $0) })
        }
        api.on(.get, "/incidents/{incident}/poster.jpg", role: .viewer) { call in
            let incident = try await known(call)
            for clip in try await store.perform({ try $0.clips(of: incident.id) }) {
                if let poster = try await FileResponse.poster(of: clip, clips) {
                    return poster.response(to: call.request, close: call.context.close)
                }
            }
            throw APIError.notFound("There is no picture of it yet.")
        }
        api.on(.put, "/incidents/{incident}/review", role: .operator) { call in
            let body = try await call.body(ReviewBody.self), incident = try await known(call)
            let review = IncidentReview(
                review: body.verdict.value.review, note: body.note ?? "", by: call.principal.name, at: api.clock.now())
            try await store.perform { try $0.setReview(review, of: incident.id) }
            return try await changed(call, incident, "incident.review", body.verdict.value.rawValue)
        }
        api.on(.put, "/incidents/{incident}/protection", role: .operator) { call in
            let isProtected = try await call.body(Protection.self).isProtected, incident = try await known(call)
            try await store.perform { try $0.setProtected(incident: incident.id, isProtected) }
            return try await changed(call, incident, isProtected ? "incident.protect" : "incident.unprotect")
        }
        api.on(.post, "/incidents/{incident}/links", role: .operator) { call in
            struct View: Encodable {
                var path: String
                var url: String?
                var expiresAt: Date
                var mayAct: Bool
            }
            let body = try await call.body(NewLink.self), incident = try await known(call)
            let hours = body.hours ?? 72, mayAct = body.mayAct ?? false
            let expiresAt = api.clock.now() + hours * 3600
            let token = try await store.perform { try $0.newLink(incident.id, expiresAt: expiresAt, mayAct: mayAct) }
            await api.audit(
                call, "incident.share", incident.id.rawValue, "for \(hours) h\(mayAct ? ", may act" : "")")
            let path = "/i/\(token)"
            return .json(
                View(path: path, url: api.services.publicURL(path), expiresAt: expiresAt, mayAct: mayAct),
                status: .created)
        }
        api.on(.get, "/incidents/{incident}/export.zip", role: .operator) { call in
            let incident = try await known(call)
            guard let archive = api.services.archive else {
                throw APIError.notAvailable("Nothing can be exported here.")
            }
            if call.isHead {
                return Response(status: .ok, headers: FileResponse.headers("application/zip", "\(incident.id).zip"))
            }
            let url = try await archive.makeArchive(of: incident.id, by: call.principal.name)
            // Open, it stays readable when its name is gone.
            let opened = try await BlockingWork.shared.run {
                defer { try? FileManager.default.removeItem(at: url) }
                return try OpenFile(url)
            }
            guard let file = opened else { throw APIError.notAvailable("The archive could not be written.") }
            return FileResponse(
                file: file, contentType: "application/zip", entityTag: nil, fileName: "\(incident.id).zip"
            ).response(to: call.request, close: call.context.close)
        }
        addClips()
    }

    private func addClips() {
        api.on(.get, "/clips/{clip}/video.mp4", role: .viewer) { call in
            let clip = try await knownClip(call)
            // The recorder may rename the file between the look-up and the opening.
            var found = try await FileResponse.video(of: clip, clips)
            if found == nil { found = try await FileResponse.video(of: try await knownClip(call), clips) }
            guard let video = found else { throw APIError.notFound("There is no video yet.") }
            return video.response(to: call.request, close: call.context.close)
        }
        addCopies()
        api.on(.get, "/clips/{clip}/poster.jpg", role: .viewer) { call in
            guard let poster = try await FileResponse.poster(of: try await knownClip(call), clips) else {
                throw APIError.notFound("There is no picture of it yet.")
            }
            return poster.response(to: call.request, close: call.context.close)
        }
        api.on(.get, "/clips/{clip}/tracks.json", role: .viewer) { call in
            let clip = try await knownClip(call)
            guard let file = try await sidecar(of: clip), file.size > 0 else {
                throw APIError.notFound("The tracks are written when the clip ends.")
            }
            return FileResponse(
                file: file, contentType: "application/json", entityTag: nil, fileName: "\(clip.camera)-\(clip.id).json"
            ).response(to: call.request, close: call.context.close)
        }
    }

    private struct CopyBody: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case fromSeconds = "from_seconds" }
        var fromSeconds: Double?

        func check() throws { try APIError.check(fromSeconds, CodingKeys.fromSeconds, 0...86_400) }
    }

    /// What a browser gets that can't play the clip itself.
    private func addCopies() {
        struct View: Encodable {
            var state: String
            var ahead: Int?
            var progress: Double?
            var part: String?
            var startSeconds: Double?
            var codec: String?
            var video: String?
            var reason: String?
        }
        @Sendable func copies() throws -> any PlayableCopies {
            guard let copies = api.services.copies else { throw APIError.notAvailable("No copies are made here.") }
            return copies
        }
        @Sendable func response(_ call: APICall) async throws -> CopyResponse {
            CopyResponse(copies: try copies(), clip: try await knownClip(call), fromSeconds: 0)
        }
        api.on(.post, "/clips/{clip}/copy", role: .viewer) { call in
            let from = try await call.body(CopyBody.self).fromSeconds ?? 0
            let copies = try copies(), clip = try await knownClip(call)
            let path = "\(APIRouter.prefix)/clips/\(clip.id)"
            switch await copies.copy(of: clip, fromSeconds: from) {
            case .waiting(let ahead): return .json(View(state: "waiting", ahead: ahead))
            case .making(let progress, let part):
                return .json(
                    View(
                        state: "making", progress: progress, part: part.map { _ in path + "/copy-part.mp4" },
                        startSeconds: part?.startSeconds, codec: part?.codec))
            case .ready: return .json(View(state: "ready", video: path + "/copy.mp4"))
            case .failed(let reason): return .json(View(state: "failed", reason: reason))
            }
        }
        api.on(.get, "/clips/{clip}/copy.mp4", role: .viewer) { call in
            guard let whole = try await response(call).whole(to: call.request, context: call.context) else {
                throw APIError.notFound("There is no copy of it yet.")
            }
            return whole
        }
        api.on(.get, "/clips/{clip}/copy-part.mp4", role: .viewer) { call in
            guard let part = try await response(call).part(to: call.request, context: call.context) else {
                throw APIError.notFound("No copy of it is being made.")
            }
            return part
        }
    }

    private func sidecar(of clip: Clip) async throws -> OpenFile? {
        try await OpenFile.open { sidecarFile(of: clip) }
    }

    private func sidecarFile(of clip: Clip) -> URL? {
        // It lies beside the poster under the same name.
        let beside = clips.videoFile(of: clip) ?? clips.posterFile(of: clip)
        return beside?.deletingLastPathComponent().appending(path: "\(clip.id).json")
    }

    private func knownClip(_ call: APICall) async throws -> Clip {
        let id = ClipID(rawValue: call.parameter("clip"))
        guard let clip = try await api.services.store.perform({ try $0.clip(id) }), clip.state != .tombstone,
            call.principal.sees(clip.camera)
        else {
            throw APIError.notFound("There is no such clip.")
        }
        return clip
    }

    func known(_ call: APICall) async throws -> Incident {
        let id = IncidentID(rawValue: call.parameter("incident"))
        guard let incident = try await api.services.store.perform({ try $0.incident(id) }),
            call.principal.sees(incident.camera)
        else {
            throw APIError.notFound("There is no such incident.")
        }
        return incident
    }

    func changed(_ call: APICall, _ incident: Incident, _ action: String, _ detail: String = "")
        async throws -> Response
    {
        .json(try await changed(call, incident, action, detail))
    }

    /// - Parameter action: Nil where nothing was done, of which then nobody is told.
    func changed(_ call: APICall, _ incident: Incident, _ action: String?, _ detail: String = "")
        async throws -> IncidentView
    {
        if let action {
            await api.audit(call, action, incident.id.rawValue, detail)
            api.services.hub.publish(.incidentChanged(incident.id))
        }
        return try await api.services.store.perform { try view(incident, detailed: true, $0) }
    }

    private func list(_ call: APICall) async throws -> Response {
        struct Page: Encodable, Sendable {
            var incidents: [IncidentView]
            var next: String?

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Keys.self)
                try container.encode(incidents, forKey: .incidents)
                // Said also when there is none.
                try container.encode(next, forKey: .next)
            }

            enum Keys: String, CodingKey { case incidents, next }
        }
        var search = IncidentSearch()
        search.words = try call.query("q") ?? ""
        guard search.words.count <= 200 else { throw APIError.invalid("\"q\" may have 200 characters.") }
        if let text = try call.query("camera") {
            guard let camera = CameraID(rawValue: text) else { throw APIError.invalid("\"camera\" is no camera's id.") }
            search.camera = camera
        }
        if let text = try call.query("kind") {
            guard let kind = IncidentKind(rawValue: text) else { throw APIError.invalid("\"kind\" is no kind.") }
            search.kind = kind
        }
        search.cameras = call.principal.cameras
        search.zone = try call.query("zone")
        if let text = try call.query("review") {
            guard let verdict = Verdict(rawValue: text) else { throw APIError.invalid("\"review\" is no review.") }
            search.reviewed = verdict.review.map { .review($0) } ?? .nothing
        }
        if let text = try call.query("min_severity") {
            guard let severity = Severity(rawValue: text) else {
                throw APIError.invalid("\"min_severity\" must be low, medium or high.")
            }
            search.minSeverity = severity
        }
        if let text = try call.query("state") {
            guard let state = IncidentHandling.State(rawValue: text) else {
                throw APIError.invalid("\"state\" is no state.")
            }
            search.state = state
        }
        search.since = try call.date("from")
        search.until = try call.date("to")
        search.limit = (try call.integer("limit", 1...500) ?? 50) + 1
        search.after = try call.query("cursor").map { IncidentID(rawValue: $0) }
        let wanted = search
        let page = try await api.services.store.perform { db in
            var incidents = try db.incidents(wanted)
            let hasMore = incidents.count == wanted.limit
            if hasMore { incidents.removeLast() }
            let details = try db.details(of: incidents.map(\.id))
            return Page(
                incidents: incidents.map { view($0, details[$0.id] ?? IncidentDetails()) },
                next: hasMore ? incidents.last?.id.rawValue : nil)
        }
        return .json(page)
    }

    /// More than anybody reads; the response says when there were more.
    private static let mostOfDay = 1000

    /// What began on a day of the site's clock, in its order, with what people made of it: what a report of the day needs.
    private func day(_ call: APICall) async throws -> Response {
        struct Day: Encodable, Sendable {
            var day: String
            var from: Date
            var to: Date
            var isWhole: Bool
            var incidents: [IncidentView]

            enum CodingKeys: String, CodingKey { case day, from, to, isWhole = "whole", incidents }
        }
        let text = call.parameter("day")
        guard let span = Self.span(ofDay: text, in: site.timeZone) else {
            throw APIError.notFound("There is no such day; write it as 2026-05-28.")
        }
        var search = IncidentSearch()
        search.cameras = call.principal.cameras
        search.since = span.start
        search.until = span.end
        search.limit = Self.mostOfDay + 1
        let wanted = search
        return .json(
            try await api.services.store.perform { db in
                let found = try db.incidents(wanted), incidents = found.prefix(Self.mostOfDay).reversed()
                let details = try db.details(of: incidents.map(\.id))
                return Day(
                    day: text, from: span.start, to: span.end, isWhole: found.count <= Self.mostOfDay,
                    incidents: incidents.map { incident in
                        let details = details[incident.id] ?? IncidentDetails()
                        var view = view(incident, details)
                        view.addReview(details.review, of: incident)
                        return view
                    })
            })
    }

    /// From midnight to midnight by that zone's clocks, which is not always 24 hours; nil for what is no day.
    static func span(ofDay text: String, in zone: TimeZone) -> (start: Date, end: Date)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], text.utf8.allSatisfy({ $0 == 45 || (48...57).contains($0) }) else {
            return nil
        }
        let numbers = parts.compactMap { Int($0) }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let components = DateComponents(year: numbers[0], month: numbers[1], day: numbers[2], hour: 12)
        // The calendar takes 31 February for 3 March.
        guard numbers[0] > 0, let noon = calendar.date(from: components),
            calendar.component(.month, from: noon) == numbers[1], calendar.component(.day, from: noon) == numbers[2]
        else { return nil }
        let start = calendar.startOfDay(for: noon)
        return calendar.date(byAdding: .day, value: 1, to: start).map { (start, $0) }
    }

    /// For lists.
    func views(_ incidents: [Incident], _ store: StoreAccess) throws -> [IncidentView] {
        let details = try store.details(of: incidents.map(\.id))
        return incidents.map { view($0, details[$0.id] ?? IncidentDetails()) }
    }

    /// Everything about an incident that the store knows. Waits for the disk.
    /// - Throws: What the database says: an incident whose clips can't be read is not one without clips.
    private func view(_ incident: Incident, detailed: Bool, _ store: StoreAccess) throws -> IncidentView {
        let details = try store.details(of: [incident.id])[incident.id] ?? IncidentDetails()
        guard detailed else { return view(incident, details) }
        var view = view(incident, details, messages: try store.messages(of: incident.id))
        view.handling = HandlingView(try store.handling(of: incident.id), site.playbook(incident)) {
            "\(APIRouter.prefix)/incidents/\(incident.id)/photos/\($0).jpg"
        }
        return view
    }

    /// - Parameter messages: All about the incident, for a view with every detail; nil for one in a list.
    private func view(
        _ incident: Incident, _ details: IncidentDetails, messages: [OutboxMessage]? = nil
    ) -> IncidentView {
        let all = details.clips, review = details.review
        var view = IncidentView(incident, cameraName: site.cameraName(incident.camera), text: site.text(incident))
        let texts = site.texts(incident)
        view.texts = texts.isEmpty ? nil : texts
        view.review = Verdict(review?.review).rawValue
        view.protected = details.isProtected
        view.acknowledgedBy = details.acknowledgement?.by
        view.acknowledgedAt = details.acknowledgement?.at
        view.state = details.handling.state
        view.assignee = details.handling.assignee
        if all.contains(where: { clips.posterFile(of: $0) != nil }) {
            view.poster = "\(APIRouter.prefix)/incidents/\(incident.id)/poster.jpg"
        }
        guard let messages else { return view }
        view.addReview(review, of: incident)
        view.tracks = incident.tracks
        view.clips = all.map { clip in
            IncidentView.ClipView(
                clip, incident: incident, codec: clips.videoFile(of: clip).flatMap(ClipCodec.of),
                canCopy: api.services.copies != nil, hasPoster: clips.posterFile(of: clip) != nil,
                hasTracks: sidecarFile(of: clip).map { FileManager.default.fileExists(atPath: $0.path) } ?? false)
        }
        view.alerts = messages.map(IncidentView.AlertView.init)
        return view
    }
}

/// An incident as the API shows it. What only details have is nil in lists.
struct IncidentView: Encodable, Sendable {
    struct ClipView: Encodable, Sendable {
        var id: ClipID
        var state: Clip.State
        var start: Date
        var durationSeconds: Double
        var incidentSeconds: Double
        var preRollSeconds: Double
        var bytes: Int64?
        /// Nil where it is not known.
        var codec: String?
        var video: String
        /// Where a copy for other browsers can be asked for.
        var copy: String?
        var poster: String?
        var tracks: String?

        init(
            _ clip: Clip, incident: Incident, codec: ClipCodec?, canCopy: Bool, hasPoster: Bool, hasTracks: Bool
        ) {
            let path = "\(APIRouter.prefix)/clips/\(clip.id)"
            id = clip.id
            state = clip.state
            start = clip.startDate
            durationSeconds = clip.durationSeconds
            incidentSeconds = max(0, incident.startDate.timeIntervalSince(clip.startDate))
            preRollSeconds = clip.preRollSeconds
            bytes = clip.bytes
            self.codec = codec?.rawValue
            video = path + "/video.mp4"
            copy = canCopy && clip.state == .finished ? path + "/copy" : nil
            poster = hasPoster ? path + "/poster.jpg" : nil
            tracks = hasTracks ? path + "/tracks.json" : nil
        }
    }

    struct AlertView: Encodable, Sendable {
        var channel: String
        var recipient: String
        var state: OutboxMessage.State
        var sentAt: Date?
        var error: String?

        init(_ message: OutboxMessage) {
            channel = message.alert.channel
            let all = message.alert.recipient
            recipient = all.count > 4 ? "…" + all.suffix(4) : all
            state = message.state
            sentAt = message.sentAt
            error = message.lastError
        }
    }

    var id: IncidentID
    var camera: CameraID
    var cameraName: String
    var kind: IncidentKind
    var kinds: [IncidentKind]
    var phase: Incident.Phase
    var severity: Severity
    var start: Date
    var end: Date
    var confirmed: Date
    var region: Region
    var size: FrameSize
    var zone: String?
    var text: String
    /// By language; the site's own is ``text``.
    var texts: [String: String]?
    var poster: String?
    var review = "none"
    var protected = false
    var acknowledgedBy: String?
    var acknowledgedAt: Date?
    var state = IncidentHandling.State.open
    var assignee: String?
    var reviewBy: String?
    var reviewAt: Date?
    var reviewNote: String?
    var why: [Evidence]?
    var tracks: [TrackID]?
    var clips: [ClipView]?
    var alerts: [AlertView]?
    var handling: HandlingView?

    init(_ incident: Incident, cameraName: String, text: String) {
        id = incident.id
        camera = incident.camera
        self.cameraName = cameraName
        kind = incident.kind
        kinds = incident.kinds
        phase = incident.phase
        severity = incident.severity
        start = incident.startDate
        end = incident.endDate
        confirmed = incident.confirmedDate
        region = incident.region
        size = incident.frameSize
        zone = incident.facts.zoneName ?? incident.facts.fromZoneName
        self.text = text
    }

    /// What people made of it, and what its rules measured.
    mutating func addReview(_ review: IncidentReview?, of incident: Incident) {
        reviewBy = review?.by
        reviewAt = review?.at
        reviewNote = review?.note
        why = incident.evidence
    }
}
