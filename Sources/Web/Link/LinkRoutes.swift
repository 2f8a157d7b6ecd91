import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// What lies behind an alert's link: `/i/<token>`, and below it the clip's video and poster.
struct LinkRoutes: Sendable {
    var store: Store
    var clips: any ClipSource
    var settings: PageSettings
    var clock: any WallClock
    var trustedProxies: [AddressRange]
    /// Slows down who tries tokens. They can't be guessed anyway; this keeps the attempt from costing anything.
    private let wrongTokens: AttemptLimiter

    /// Wrong tokens at once from one client, and seconds until one more is allowed.
    static let wrongTokenLimit = (capacity: 20.0, refillSeconds: 15.0)

    init(
        store: Store, clips: any ClipSource, settings: PageSettings, clock: any WallClock,
        trustedProxies: [AddressRange]
    ) {
        self.store = store
        self.clips = clips
        self.settings = settings
        self.clock = clock
        self.trustedProxies = trustedProxies
        wrongTokens = AttemptLimiter(
            capacity: Self.wrongTokenLimit.capacity, refillSeconds: Self.wrongTokenLimit.refillSeconds, clock: clock)
    }

    func add(to router: Router<WebContext>) {
        router.get("/i/:token") { request, context in
            try await answer(request, context) { token, incident in try await page(token: token, incident: incident) }
        }
        // A POST, because messengers fetch links before anybody has read the message.
        router.post("/i/:token/acknowledge") { request, context in
            try await answer(request, context) { token, incident in
                try await acknowledge(token: token, incident: incident)
            }
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
        let origin = RequestOrigin(request, peer: context.clientAddress, trusted: trustedProxies, isTLS: false)
        // Nobody is counted together with all the others behind a proxy of this machine.
        if !origin.isLoopback, let seconds = wrongTokens.wait(origin.limitKey) {
            var response = Response.page(Page.tooManyRequests, status: .tooManyRequests)
            response.headers[.retryAfter] = String(Int(seconds.rounded(.up)))
            return response
        }
        let token = context.parameters.get("token") ?? ""
        guard Self.mayBeToken(token), let incident = try await store.perform({ try $0.incident(token: token) }) else {
            wrongTokens.count(origin.limitKey)
            return .page(Page.notFound, status: .notFound)
        }
        return try await body(token, incident) ?? .page(Page.notFound, status: .notFound)
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
        let (all, acknowledgement) = try await store.perform { store in
            (try store.clips(of: incident.id), try store.acknowledgement(of: incident.id))
        }
        let views = await BlockingWork.shared.run { [clips] in
            all.enumerated().map { index, clip in IncidentPage.ClipView(clip: clip, number: index + 1, files: clips) }
        }
        let page = IncidentPage(
            incident: incident, clips: views, token: token, settings: settings, now: clock.now(),
            acknowledgement: acknowledgement)
        return .page(page.html())
    }

    /// Whoever has the link got the message: that is enough to say "I take care of it". Back to the page then.
    private func acknowledge(token: String, incident: Incident) async throws -> Response {
        let now = clock.now()
        _ = try await store.perform { try $0.acknowledge(incident.id, by: "link", at: now) }
        return Response(status: .seeOther, headers: [.location: "/i/\(token)", .cacheControl: "no-store"])
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
        }
        return response?.response(to: request, close: context.close)
    }
}

/// A file's name below a link: `clip.mp4` and `poster.jpg` for the first clip, `clip-2.mp4` for the second, and so on.
struct LinkFile: Hashable {
    enum Kind: Hashable {
        case video, poster
    }

    var kind: Kind
    /// Of the incident's clips, from 0.
    var index: Int

    /// - Returns: nil for any other name.
    init?(_ name: String) {
        let stem: Substring
        if name.hasPrefix("clip"), name.hasSuffix(".mp4") {
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
