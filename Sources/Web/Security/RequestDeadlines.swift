import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Drops connections that are too slow to say what they want: a request's head and its body each have a time limit,
/// however steadily single bytes drip in. Answers may take as long as they like.
final class RequestDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
    /// Seconds.
    struct Limits: Hashable, Sendable {
        /// From the connection's begin, or the end of the request before, to the end of a request's head.
        var head = 20
        /// From there to the end of its body.
        var body = 30
    }

    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: Limits
    private var deadline: Scheduled<Void>?

    init(_ limits: Limits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { arm(context, seconds: limits.head) }
    }

    func channelActive(context: ChannelHandlerContext) {
        arm(context, seconds: limits.head)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: arm(context, seconds: limits.body)
        case .body: break
        case .end:
            // The answer may be an endless stream, on which nothing more comes in: no limit until it is over.
            deadline?.cancel()
            deadline = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // The next request on this connection.
        if case .end = unwrapOutboundIn(data) { arm(context, seconds: 2 * limits.head) }
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    private func arm(_ context: ChannelHandlerContext, seconds: Int) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { channel.close(promise: nil) }
    }
}
