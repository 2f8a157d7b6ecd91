import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// What lies behind an alert's link: `/i/<token>`, and below it the clip's video and poster.
struct LinkRoutes: Sendable {
    var pages: any IncidentPages
    var clips: any ClipSource
    var settings: PageSettings
    var clock: any WallClock
    var trustedProxies: [AddressRange]
    /// Slows down who tries tokens. They can't be guessed anyway; this keeps the attempt from costing anything.
    private let wrongTokens: AttemptLimiter

    /// Wrong tokens at once from one client, and seconds until one more is allowed.
    static let wrongTokenLimit = (capacity: 20.0, refillSeconds: 15.0)

    init(
        pages: any IncidentPages, clips: any ClipSource, settings: PageSettings, clock: any WallClock,
        trustedProxies: [AddressRange]
    ) {
        self.pages = pages
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
        guard Self.mayBeToken(token), let incident = try await pages.incident(token: token) else {
            wrongTokens.count(origin.limitKey)
            return .page(Page.notFound, status: .notFound)
        }
        return try await body(token, incident) ?? .page(Page.notFound, status: .notFound)
    }

    /// The alphabet of base64url; spares the store everything else.
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
        var views: [IncidentPage.ClipView] = []
        for (index, clip) in try await pages.clips(of: incident.id).enumerated() {
            views.append(
                IncidentPage.ClipView(
                    clip: clip, number: index + 1, hasVideo: await clips.openVideo(of: clip) != nil,
                    hasPoster: await clips.openPoster(of: clip) != nil))
        }
        let page = IncidentPage(
            incident: incident, clips: views, token: token, settings: settings, now: clock.now(),
            acknowledgement: try await pages.acknowledgement(of: incident.id))
        return .page(page.html())
    }

    /// Whoever has the link got the message: that is enough to say "I take care of it". Back to the page then.
    private func acknowledge(token: String, incident: Incident) async throws -> Response {
        try await pages.acknowledge(incident.id, by: "link", at: clock.now())
        return Response(status: .seeOther, headers: [.location: "/i/\(token)", .cacheControl: "no-store"])
    }

    private func file(
        _ name: String, of incident: Incident, request: Request, context: WebContext
    ) async throws -> Response? {
        guard let wanted = LinkFile(name) else { return nil }
        let all = try await pages.clips(of: incident.id)
        guard all.indices.contains(wanted.index) else { return nil }
        let clip = all[wanted.index]
        let stem = "\(clip.camera)-\(clip.id)"
        switch wanted.kind {
        case .video:
            guard let file = try await openVideo(of: clip, incident: incident) else { return nil }
            return FileResponse(
                file: file, contentType: "video/mp4", entityTag: clip.state == .finished ? "\"\(clip.id)\"" : nil,
                fileName: "\(stem).mp4"
            ).response(to: request, close: context.close)
        case .poster:
            guard let file = await clips.openPoster(of: clip) else { return nil }
            return FileResponse(file: file, contentType: "image/jpeg", entityTag: nil, fileName: "\(stem).jpg")
                .response(to: request, close: context.close)
        }
    }

    /// The recorder may rename the file between the look-up and the opening: then it is found at the second try.
    private func openVideo(of clip: Clip, incident: Incident) async throws -> OpenFile? {
        if let file = await clips.openVideo(of: clip) { return file }
        guard let again = try await pages.clips(of: incident.id).first(where: { $0.id == clip.id }) else { return nil }
        return await clips.openVideo(of: again)
    }
}
