import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Where a provider brings what somebody has answered to an alert: `/hooks/<channel>`. The channel knows who may.
struct AnswerHookRoutes: Sendable {
    let take: @Sendable (_ channel: String, _ headers: [String: String], _ body: Data) async -> AnswerHookResponse?
    let words: PageWords
    private let trustedProxies: [AddressRange]
    /// Slows down who tries signatures.
    private let refusals: AttemptLimiter

    private static let maxBytes = 64 << 10

    init(
        take:
            @escaping @Sendable (_ channel: String, _ headers: [String: String], _ body: Data) async
            -> AnswerHookResponse?,
        clock: any WallClock, trustedProxies: [AddressRange], words: PageWords
    ) {
        self.take = take
        self.words = words
        self.trustedProxies = trustedProxies
        refusals = AttemptLimiter(
            capacity: LinkRoutes.wrongTokenLimit.capacity, refillSeconds: LinkRoutes.wrongTokenLimit.refillSeconds,
            clock: clock)
    }

    func add(to router: Router<WebContext>) {
        router.post("/hooks/:channel") { request, context in
            let origin = RequestOrigin(request, peer: context.clientAddress, trusted: trustedProxies, isTLS: false)
            guard origin.isLoopback || refusals.wait(origin.limitKey) == nil else {
                return Response(status: .tooManyRequests)
            }
            guard let sent = try? await request.body.collect(upTo: Self.maxBytes) else {
                return Response(status: .contentTooLarge)
            }
            let headers = request.headers.reduce(into: [String: String]()) {
                $0[$1.name.canonicalName] = $1.value
            }
            let answer = await take(context.parameters.get("channel") ?? "", headers, Data(sent.readableBytesView))
            guard let answer else {
                refusals.count(origin.limitKey)
                return .page(Page.notFound(words), status: .notFound)
            }
            if answer.status == 403 { refusals.count(origin.limitKey) }
            return Response(
                status: .init(code: answer.status), headers: [.contentType: answer.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
        }
    }
}
