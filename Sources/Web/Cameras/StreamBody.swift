import HTTPTypes
import Hummingbird
import HummingbirdCore
import ServiceLifecycle

/// A body without end: written as things come, until the client goes, its session ends, or the server does.
///
/// Nothing is begun before the body is asked for: a HEAD asks for none, and a client may be gone before the first byte. What is
/// begun then belongs to the task that writes, which is cancelled as soon as nobody reads.
enum StreamBody {
    /// Writes the parts of such a body.
    struct Output {
        /// How often to look whether the client may still listen.
        static let checkSeconds = 30.0

        private var writer: any ResponseBodyWriter
        private let call: APICall
        private let api: APIRouter
        private var checkedAt: Double

        fileprivate init(_ writer: any ResponseBodyWriter, call: APICall, api: APIRouter) {
            self.writer = writer
            self.call = call
            self.api = api
            checkedAt = api.clock.monotonicSeconds()
        }

        /// - Throws: When the client is gone, or may no longer listen.
        mutating func write(_ buffer: ByteBuffer) async throws {
            try await writer.write(buffer)
            try await check()
        }

        /// For those who have had nothing to write for a while.
        /// - Throws: When the client may no longer listen.
        mutating func check() async throws {
            try Task.checkCancellation()
            let now = api.clock.monotonicSeconds()
            guard now - checkedAt > Self.checkSeconds else { return }
            checkedAt = now
            guard await api.isStillIn(call) else { throw SessionEnded() }
        }

        fileprivate consuming func finish() async throws { try await writer.finish(nil) }
    }

    private struct SessionEnded: Error {}

    /// - Parameter write: Writes until it has no more, or is cancelled; undoes what it began before it returns.
    static func response(
        _ call: APICall, api: APIRouter, headers: HTTPFields,
        write: @escaping @Sendable (inout Output) async throws -> Void
    ) -> Response {
        var headers = headers
        headers[.cacheControl] = "no-store"
        // Proxies must not collect what is meant for now.
        HTTPField.Name("X-Accel-Buffering").map { headers[$0] = "no" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                var output = Output(writer, call: call, api: api)
                do {
                    // A client that never leaves would hold up the program's end: its connection is closed then.
                    try await withGracefulShutdownHandler {
                        try await call.request.body.consumeWithCancellationOnInboundClose { _ in
                            try await write(&output)
                        }
                    } onGracefulShutdown: {
                        call.context.close()
                    }
                } catch is SessionEnded {
                } catch let error as CancellationError {
                    call.context.close()
                    throw error
                }
                try await output.finish()
            })
    }
}
