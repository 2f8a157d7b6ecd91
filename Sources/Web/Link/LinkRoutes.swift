import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// What lies behind an alert's link: `/i/<token>`, and below it the clip's video and poster.
struct LinkRoutes: Sendable {
    var store: Store
    var clips: any ClipSource
    var copies: (any PlayableCopies)?
    var settings: PageSettings
    var clock: any WallClock
    var trustedProxies: [AddressRange]
    /// Is told of what was done by a link: the action, and from which address.
    var onChange: @Sendable (_ incident: IncidentID, _ action: String, _ address: String) async -> Void
    /// Slows down who tries tokens. They can't be guessed anyway; this keeps the attempt from costing anything.
    private let wrongTokens: AttemptLimiter

    /// A copy for other browsers begins so long before the incident.
    private static let copyLeadSeconds = 2.0
    /// For its turn.
    private static let copyWaitSeconds = 60.0

    /// Who acts by a link, whose name nobody knows.
    static let somebody = "link"

    /// Wrong tokens at once from one client, and seconds until one more is allowed.
    static let wrongTokenLimit = (capacity: 20.0, refillSeconds: 15.0)

    init(
        store: Store, clips: any ClipSource, copies: (any PlayableCopies)? = nil, settings: PageSettings,
        clock: any WallClock,
        trustedProxies: [AddressRange],
        onChange: @escaping @Sendable (_ incident: IncidentID, _ action: String, _ address: String) async -> Void
    ) {
        self.store = store
        self.clips = clips
        self.copies = copies
        self.settings = settings
        self.clock = clock
        self.trustedProxies = trustedProxies
        self.onChange = onChange
        wrongTokens = AttemptLimiter(
            capacity: Self.wrongTokenLimit.capacity, refillSeconds: Self.wrongTokenLimit.refillSeconds, clock: clock)
    }

    func add(to router: Router<WebContext>) {
        router.get("/i/:token") { request, context in
            try await answer(request, context) { token, incident in try await page(token: token, incident: incident) }
        }
        // Posted, because messengers fetch links before anybody has read the message. Whoever has the link got the message:
        // that is enough to say so.
        on("acknowledge", router) { store, incident, now in
            try store.acknowledge(incident, by: Self.somebody, at: now)
        }
        on("false-alarm", router) { store, incident, now in
            // What a person with an account has said stays.
            guard try store.review(of: incident)?.review == nil else { return false }
            try store.setReview(IncidentReview(review: .notAnIncident, by: Self.somebody, at: now), of: incident)
            // Nobody has to be told any more.
            try store.acknowledge(incident, by: Self.somebody, at: now)
            return true
        }
        on("real", router) { store, incident, now in
            guard let review = try store.review(of: incident), review.review == .notAnIncident,
                review.by == Self.somebody
            else { return false }
            try store.setReview(IncidentReview(review: nil, by: Self.somebody, at: now), of: incident)
            return true
        }
        router.get("/i/:token/:file") { request, context in
            try await answer(request, context) { _, incident in
                try await file(context.parameters.get("file") ?? "", of: incident, request: request, context: context)
            }
        }
    }

    /// Looks up the token; a nil answer is the one page for everything that isn't there.
    private func answer(
        _ request: Request, _ context: WebContext,
        _ body: (_ token: String, _ incident: Incident) async throws -> Response?
    ) async throws -> Response {
        let origin = origin(request, context)
        // Nobody is counted together with all the others behind a proxy of this machine.
        if !origin.isLoopback, let seconds = wrongTokens.wait(origin.limitKey) {
            var response = Response.page(Page.tooManyRequests(settings.words), status: .tooManyRequests)
            response.headers[.retryAfter] = String(Int(seconds.rounded(.up)))
            return response
        }
        let token = context.parameters.get("token") ?? ""
        guard Self.mayBeToken(token), let incident = try await store.perform({ try $0.incident(token: token) }) else {
            wrongTokens.count(origin.limitKey)
            return .page(Page.notFound(settings.words), status: .notFound)
        }
        return try await body(token, incident) ?? .page(Page.notFound(settings.words), status: .notFound)
    }

    /// Only letters of base64url; spares the store everything else.
    private static func mayBeToken(_ token: String) -> Bool {
        (16...128).contains(token.utf8.count)
            && token.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private func page(token: String, incident: Incident) async throws -> Response {
        let (all, acknowledgement, review, mayAct) = try await store.perform { store in
            (
                try store.clips(of: incident.id), try store.acknowledgement(of: incident.id),
                try store.review(of: incident.id), try store.mayAct(token: token)
            )
        }
        let canCopy = copies != nil
        let views = await BlockingWork.shared.run { [clips] in
            all.enumerated().map { index, clip in
                IncidentPage.ClipView(clip: clip, number: index + 1, files: clips, canCopy: canCopy)
            }
        }
        let page = IncidentPage(
            incident: incident, clips: views, token: token, settings: settings, now: clock.now(),
            acknowledgement: acknowledgement, review: review, mayAct: mayAct)
        return .page(page.html())
    }

    /// Does what one of the page's buttons is for, then leads back to the page.
    /// - Parameter act: Returns whether something changed.
    private func on(
        _ action: String, _ router: Router<WebContext>,
        _ act: @escaping @Sendable (StoreAccess, IncidentID, _ now: Date) throws -> Bool
    ) {
        router.post("/i/:token/\(action)") { request, context in
            try await answer(request, context) { token, incident in
                // A link that only looks has no such button: somebody made the request by hand.
                guard try await store.perform({ try $0.mayAct(token: token) }) else {
                    var refusal = try await page(token: token, incident: incident)
                    refusal.status = .forbidden
                    return refusal
                }
                let now = clock.now()
                if try await store.perform({ try act($0, incident.id, now) }) {
                    await onChange(incident.id, action, origin(request, context).address)
                }
                return Response(status: .seeOther, headers: [.location: "/i/\(token)", .cacheControl: "no-store"])
            }
        }
    }

    private func origin(_ request: Request, _ context: WebContext) -> RequestOrigin {
        RequestOrigin(request, peer: context.clientAddress, trusted: trustedProxies, isTLS: false)
    }

    private func file(
        _ name: String, of incident: Incident, request: Request, context: WebContext
    ) async throws -> Response? {
        guard let wanted = LinkFile(name) else { return nil }
        func clip() async throws -> Clip? {
            let all = try await store.perform { try $0.clips(of: incident.id) }
            return all.indices.contains(wanted.index) ? all[wanted.index] : nil
        }
        guard let found = try await clip() else { return nil }
        let response: FileResponse?
        switch wanted.kind {
        case .video:
            // The recorder may rename the file between the look-up and the opening: then it is found at the second try.
            if let first = try await FileResponse.video(of: found, clips) {
                response = first
            } else {
                response =
                    if let again = try await clip() { try await FileResponse.video(of: again, clips) } else { nil }
            }
        case .poster: response = try await FileResponse.poster(of: found, clips)
        case .copy:
            guard let copies else { return nil }
            let from = incident.startDate.timeIntervalSince(found.startDate) - Self.copyLeadSeconds
            return try await CopyResponse(copies: copies, clip: found, fromSeconds: max(0, from)).any(
                to: request, context: context, waitSeconds: Self.copyWaitSeconds)
        }
        return response?.response(to: request, close: context.close)
    }
}

/// A file's name below a link: `clip.mp4`, `clip-h264.mp4` and `poster.jpg` for the first clip, `clip-2.mp4` for the second, and
/// so on.
struct LinkFile: Hashable {
    enum Kind: Hashable {
        case video, poster
        /// A copy for browsers that can't play the video.
        case copy
    }

    var kind: Kind
    /// Of the incident's clips, from 0.
    var index: Int

    /// - Returns: nil for any other name.
    init?(_ name: String) {
        let stem: Substring
        if name.hasPrefix("clip"), name.hasSuffix("-h264.mp4") {
            kind = .copy
            stem = name.dropFirst(4).dropLast(9)
        } else if name.hasPrefix("clip"), name.hasSuffix(".mp4") {
            kind = .video
            stem = name.dropFirst(4).dropLast(4)
        } else if name.hasPrefix("poster"), name.hasSuffix(".jpg") {
            kind = .poster
            stem = name.dropFirst(6).dropLast(4)
        } else {
            return nil
        }
        if stem.isEmpty {
            index = 0
            return
        }
        let digits = stem.dropFirst()
        guard stem.first == "-", (1...4).contains(digits.count), digits.first != "0",
            digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits)
        else { return nil }
        index = number - 1
    }
}
