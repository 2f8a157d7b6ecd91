import HTTPTypes
import Hummingbird
import HummingbirdCore
import ServiceLifecycle

/// A body without end: written as things come, until the client goes, its session ends, or the server does.
enum StreamBody {
    /// How often to look whether the client may still listen.
    static let checkSeconds = 30.0

    /// - Parameters:
    ///   - source: Ends when it wants the answer to end.
    ///   - chunk: Nil passes an element over.
    ///   - onEnd: Called once, also when the client went away silently.
    static func response<Source: AsyncSequence & Sendable>(
        _ call: APICall, api: APIRouter, headers: HTTPFields, source: Source, first: [ByteBuffer] = [],
        chunk: @escaping @Sendable (Source.Element) -> ByteBuffer?, onEnd: @escaping @Sendable () -> Void
    ) -> Response where Source.Element: Sendable {
        var headers = headers
        headers[.cacheControl] = "no-store"
        // Proxies must not collect what is meant for now.
        HTTPField.Name("X-Accel-Buffering").map { headers[$0] = "no" }
        let request = call.request
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                defer { onEnd() }
                var writer = writer
                _ = try? await request.body.consumeWithInboundCloseHandler { _ in
                    for buffer in first { try await writer.write(buffer) }
                    var checkedAt = api.clock.monotonicSeconds()
                    for try await element in source.cancelOnGracefulShutdown() {
                        if let buffer = chunk(element) { try await writer.write(buffer) }
                        let now = api.clock.monotonicSeconds()
                        if now - checkedAt > checkSeconds {
                            checkedAt = now
                            guard await api.isStillIn(call) else { break }
                        }
                    }
                } onInboundClosed: {
                    onEnd()
                }
                try await writer.finish(nil)
            })
    }
}
