import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import ServiceLifecycle
import Storage

/// What lies behind an alert's link: `/i/<token>`, and below it the clip's video and poster.
struct LinkRoutes: Sendable {
    var store: Store
    var clips: any ClipSource
    var copies: (any PlayableCopies)?
    var settings: PageSettings
    var clock: any WallClock
    var trustedProxies: [AddressRange]
    /// Tells the page what others do; nil: it shows what was when it was loaded.
    var hub: EventHub?
    /// What was done by a link.
    struct Change: Sendable {
        /// ``somebody``, or the name that they gave.
        var who: String
        var action: String
        var detail = ""
    }

    /// Is told of what was done by a link, and from which address.
    var onChange: @Sendable (_ incident: IncidentID, _ change: Change, _ address: String) async -> Void
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
        trustedProxies: [AddressRange], hub: EventHub? = nil,
        onChange: @escaping @Sendable (_ incident: IncidentID, _ change: Change, _ address: String) async -> Void
    ) {
        self.store = store
        self.clips = clips
        self.copies = copies
        self.settings = settings
        self.clock = clock
        self.trustedProxies = trustedProxies
        self.hub = hub
        self.onChange = onChange
        wrongTokens = AttemptLimiter(
            capacity: Self.wrongTokenLimit.capacity, refillSeconds: Self.wrongTokenLimit.refillSeconds, clock: clock)
    }

    func add(to router: Router<WebContext>) {
        router.get("/i/:token") { request, context in
            try await answer(request, context) { token, incident in
                try await page(token: token, incident: incident, request)
            }
        }
        addActions(to: router)
        router.get("/i/:token/handling") { request, context in
            try await answer(request, context) { token, incident in
                .page(try await whole(token: token, incident: incident, request).handling.html())
            }
        }
        router.get("/i/:token/events") { request, context in
            try await answer(request, context) { _, incident in
                hub.map { Self.changes(of: incident, $0, request: request, context: context) }
            }
        }
        router.get("/i/:token/:file") { request, context in
            try await answer(request, context) { _, incident in
                let name = context.parameters.get("file") ?? ""
                if name.hasPrefix("photo-"), let step = HandlingRoutes.step(named: String(name.dropFirst(6))) {
                    return try await store.perform { try $0.photo(step, of: incident.id) }.map(HandlingRoutes.response)
                }
                return try await file(
                    context.parameters.get("file") ?? "", of: incident, request: request, context: context)
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

    private func page(token: String, incident: Incident, _ request: Request) async throws -> Response {
        var response = Response.page(try await whole(token: token, incident: incident, request).html())
        response.headers[.contentSecurityPolicy] = SecurityHeaders<WebContext>.policyWithScript
        return response
    }

    private func whole(token: String, incident: Incident, _ request: Request) async throws -> IncidentPage {
        let (all, acknowledgement, review, mayAct, handling) = try await store.perform { store in
            (
                try store.clips(of: incident.id), try store.acknowledgement(of: incident.id),
                try store.review(of: incident.id), try store.mayAct(token: token),
                try store.handling(of: incident.id)
            )
        }
        let canCopy = copies != nil
        let views = await BlockingWork.shared.run { [clips] in
            all.enumerated().map { index, clip in
                IncidentPage.ClipView(clip: clip, number: index + 1, files: clips, canCopy: canCopy)
            }
        }
        return IncidentPage(
            incident: incident, clips: views, token: token, settings: settings, now: clock.now(),
            handling: HandlingSection(
                token: token, settings: settings, acknowledgement: acknowledgement, review: review,
                handling: handling, playbook: settings.playbook(incident), mayAct: mayAct,
                name: LinkName(request)))
    }

    // MARK: - What is done by a link

    /// All is posted, because messengers fetch links before anybody has read the message. Whoever has the link got the
    /// message: that is enough to say something.
    private func addActions(to router: Router<WebContext>) {
        on("acknowledge", router) { store, incident, author, now in
            try store.acknowledge(incident, by: author.name, at: now)
        }
        on("false-alarm", router) { store, incident, author, now in
            try store.handle(incident, .state(.falseAlarm), by: author, at: now).isDone
        }
        on("real", router) { store, incident, author, now in
            guard try store.review(of: incident)?.review == .notAnIncident else { return false }
            return try store.handle(incident, .state(.open), by: author, at: now).isDone
        }
        for state in [IncidentHandling.State.onTheWay, .clearing, .cleared, .open] {
            on(Self.path(of: state), router) { store, incident, author, now in
                try store.handle(incident, .state(state), by: author, at: now).isDone
            }
        }
        act("say", router) { token, incident, request, context in
            let fields = try await LinkForm(request)
            guard let action = fields.action else { return false }
            return try await take(action, incident, request, context)
        }
        act("photo", router) { token, incident, request, context in
            let photo: Data
            do { photo = try await HandlingRoutes.photo(in: request) } catch is APIError { return false }
            return try await take(.photo(""), incident, request, context, photo: photo)
        }
        router.post("/i/:token/name") { request, context in
            try await answer(request, context) { token, _ in
                let name = LinkName(try await LinkForm(request)["name"] ?? "")
                var response = Self.back(to: token)
                response.setCookie(name.cookie(isSecure: origin(request, context).isSecure))
                return response
            }
        }
    }

    static func path(of state: IncidentHandling.State) -> String { state.rawValue.replacing("_", with: "-") }

    private func take(
        _ action: IncidentHandling.Action, _ incident: Incident, _ request: Request, _ context: WebContext,
        photo: Data? = nil
    ) async throws -> Bool {
        let author = LinkName(request).author, now = clock.now()
        let outcome = try await store.perform {
            try $0.handle(incident.id, action, by: author, at: now, photo: photo)
        }
        guard outcome.isDone else { return false }
        await onChange(
            incident.id, Change(who: author.name, action: action.name, detail: action.text),
            origin(request, context).address)
        return true
    }

    /// Does what one of the page's buttons is for, then leads back to the page.
    /// - Parameter act: Returns whether something changed.
    private func on(
        _ action: String, _ router: Router<WebContext>,
        _ act:
            @escaping @Sendable (
                StoreAccess, IncidentID, IncidentHandling.Author, _ now: Date
            ) throws -> Bool
    ) {
        self.act(action, router) { _, incident, request, context in
            let author = LinkName(request).author(by: Self.way(request)), now = clock.now()
            guard try await store.perform({ try act($0, incident.id, author, now) }) else { return false }
            await onChange(
                incident.id, Change(who: author.name, action: action), origin(request, context).address)
            return true
        }
    }

    private func act(
        _ action: String, _ router: Router<WebContext>,
        _ act: @escaping @Sendable (_ token: String, Incident, Request, WebContext) async throws -> Bool
    ) {
        router.post("/i/:token/\(action)") { request, context in
            try await answer(request, context) { token, incident in
                // A link that only looks has no such button: somebody made the request by hand.
                guard try await store.perform({ try $0.mayAct(token: token) }) else {
                    var refusal = try await page(token: token, incident: incident, request)
                    refusal.status = .forbidden
                    return refusal
                }
                _ = try await act(token, incident, request, context)
                // A button outside a browser, which would only follow a redirect in vain.
                guard Self.way(request) == .link else { return Response(status: .noContent) }
                return Self.back(to: token)
            }
        }
    }

    /// By which button it came: the page's own, or one below a message.
    private static func way(_ request: Request) -> IncidentHandling.Way {
        request.uri.queryParameters["way"] == "ntfy" ? .ntfy : .link
    }

    private static func back(to token: String) -> Response {
        Response(status: .seeOther, headers: [.location: "/i/\(token)", .cacheControl: "no-store"])
    }

    // MARK: - What others do

    /// A page asks for the stream anew then, and its link may have expired meanwhile.
    private static let streamSeconds = 600.0

    /// Says that something has changed, not what: the page asks for that.
    private static func changes(
        of incident: Incident, _ hub: EventHub, request: Request, context: WebContext
    ) -> Response {
        let clock = SystemClock()
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                let subscription = hub.subscribe(
                    EventHub.Filter(cameras: [incident.camera], isLimited: true, wantsScenes: false))
                defer { subscription.cancel() }
                try await writer.write(ByteBuffer(string: "retry: 3000\n\n: welcome\n\n"))
                try await withGracefulShutdownHandler {
                    try await request.body.consumeWithCancellationOnInboundClose { _ in
                        try await withThrowingTaskGroup(of: Void.self) { tasks in
                            defer { tasks.cancelAll() }
                            tasks.addTask {
                                for _ in 0..<Int(streamSeconds / EventRoutes.heartbeatSeconds) {
                                    try await clock.sleep(seconds: EventRoutes.heartbeatSeconds)
                                    subscription.sendHeartbeat()
                                }
                                subscription.cancel()
                            }
                            for await event in subscription.events {
                                // A comment goes on as it is.
                                let isComment = event.getInteger(at: event.readerIndex) == UInt8(ascii: ":")
                                try await writer.write(isComment ? event : ByteBuffer(string: "data: changed\n\n"))
                            }
                        }
                    }
                } onGracefulShutdown: {
                    context.close()
                }
                try await writer.finish(nil)
            })
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
