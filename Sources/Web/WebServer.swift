public import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
public import ServiceLifecycle

/// Serves health and the pages behind the links in alerts; nothing else. No request changes anything.
public struct WebServer: Service {
    /// Header lines are refused beyond these sizes; connections wait beyond this number.
    static let maxHeaderBytes = 8 * 1024
    static let maxHeaders = 64
    static let maxConnections = 256
    static let idleSeconds = 30

    private let host: String
    private let port: Int
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let responder: RouterResponder<WebContext>

    /// - Parameters:
    ///   - host: the address to listen on.
    ///   - port: 0 takes a free one; see `onListening`.
    ///   - pages: the store.
    ///   - clips: where clips' files lie.
    ///   - health: asked at each `GET /health`; must answer at once.
    ///   - onListening: told the port once requests are taken.
    public init(
        host: String, port: Int, pages: any IncidentPages, clips: any ClipSource, settings: PageSettings,
        clock: any WallClock, logger: Logger, health: @escaping @Sendable () async -> HealthReport,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.logger = logger
        self.onListening = onListening
        let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SecurityHeaders())
        router.get("/health") { _, _ in try Self.response(await health()) }
        LinkRoutes(
            pages: pages, clips: clips, settings: settings, clock: clock, limiter: WrongTokenLimiter(clock: clock)
        ).add(to: router)
        responder = router.buildResponder()
    }

    /// Serves until the task is cancelled or the service group shuts down.
    /// - Throws: ``WebError/cannotListen(host:port:reason:)``.
    public func run() async throws {
        do {
            try await application.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw WebError.cannotListen(host: host, port: port, reason: "\(error)")
        }
    }

    var application: Application<RouterResponder<WebContext>> {
        Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(Int64(Self.idleSeconds)),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.maxHeaderBytes, maxHeaderListSize: 2 * Self.maxHeaderBytes,
                        maxHeaderFieldCount: Self.maxHeaders))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maxConnections)),
            onServerRunning: { [onListening] channel in onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    private static func response(_ report: HealthReport) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Response(
            status: report.status == .failed ? .serviceUnavailable : .ok,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(report))))
    }
}
