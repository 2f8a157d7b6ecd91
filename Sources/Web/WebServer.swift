public import Domain
public import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
public import ServiceLifecycle
public import Storage

/// Serves health, the pages behind the links in alerts, and, where it is given, the API with its pages. No GET changes
/// anything.
public struct WebServer: Service {
    /// Header lines are refused beyond these sizes.
    static let maxHeaderBytes = 8 * 1024
    static let maxHeaders = 64
    /// Seconds after an answer in which a connection is kept for the next request.
    static let idleSeconds = 30
    /// Connections that are being closed in favour of others, for a moment.
    private static let spareConnections = 64

    private let host: String
    private let port: Int
    private let logger: Logger
    var onListening: @Sendable (Int) -> Void
    private let responder: RouterResponder<WebContext>
    private let tls: TLSConfiguration?
    let connections: ClientConnections
    /// What the API can do; held against its description by a test.
    let operations: [APIRouter.Operation]

    /// - Parameters:
    ///   - host: the address to listen on.
    ///   - port: 0 takes a free one; see `onListening`.
    ///   - pages: the store.
    ///   - clips: where clips' files lie.
    ///   - health: asked at each `GET /health`; must answer at once.
    ///   - api: nil serves no API.
    ///   - assets: the pages' files.
    ///   - tls: nil speaks plain HTTP.
    ///   - onListening: told the port once requests are taken.
    public init(
        host: String, port: Int, pages: Store, clips: any ClipSource, settings: PageSettings,
        clock: any WallClock, logger: Logger, api services: APIServices? = nil,
        apiSettings: APISettings = APISettings(),
        assets: Assets = Assets(folder: nil), tls: TLSIdentity? = nil,
        health: @escaping @Sendable () async -> HealthReport,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.logger = logger
        self.onListening = onListening
        let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SecurityHeaders(words: settings.words))
        let files = services == nil ? nil : assets.middleware(language: settings.language, logger: logger)
        if let files { router.add(middleware: files) }
        router.get("/health") { _, _ in try Self.response(await health()) }
        self.tls = tls?.configuration
        var limits = apiSettings
        limits.isTLS = tls != nil
        // Proxies speak for many.
        limits.connections.local += apiSettings.trustedProxies
        let connections = ClientConnections(limits.connections)
        self.connections = connections
        let api = services.map {
            APIRouter(
                services: $0, settings: limits, connections: connections, siteName: settings.siteName, clock: clock,
                logger: logger)
        }
        LinkRoutes(
            store: pages, clips: clips, copies: services?.copies, settings: settings, clock: clock,
            trustedProxies: apiSettings.trustedProxies, hub: services?.hub
        ) { incident, step, address in
            await api?.audit(
                who: step.who, address: address, action: "link.\(step.action)", subject: "\(incident)",
                detail: step.detail)
            api?.services.hub.publish(.incidentChanged(incident))
        }.add(to: router)
        if let hook = services?.answerHook {
            AnswerHookRoutes(
                take: hook, clock: clock, trustedProxies: apiSettings.trustedProxies, words: settings.words
            ).add(to: router)
        }
        if let api {
            let guardian = SignInGuard(api: api)
            let sessions = SessionRoutes(api: api, site: settings, guardian: guardian)
            sessions.add()
            OpenIDRoutes(api: api, sessions: sessions).add()
            OwnAccountRoutes(api: api, site: settings, guardian: guardian).add()
            PushRoutes(api: api).add()
            CameraRoutes(api: api).add()
            EventRoutes(api: api).add()
            FollowRoutes(api: api).add()
            ObjectRoutes(api: api).add()
            let incidents = IncidentRoutes(api: api, clips: clips, site: settings)
            incidents.add()
            SilenceRoutes(api: api, incidents: incidents).add()
            HandlingRoutes(api: api, incidents: incidents).add()
            AskRoutes(api: api, incidents: incidents, site: settings).add()
            ConfigurationRoutes(api: api).add()
            RuleRoutes(api: api).add()
            SensitivityRoutes(api: api).add()
            ChannelRoutes(api: api).add()
            StatusRoutes(api: api).add()
            AttentionRoutes(api: api, site: settings).add()
            UserRoutes(api: api).add()
            api.on(.get, "/openapi.yaml", role: .viewer) { call in
                guard let files else { throw APIError.notAvailable("The description was not installed.") }
                return try await files.response(to: call.request, path: "/api/openapi.yaml", context: call.context)
            }
            api.finish(router)
            operations = api.operations
        } else {
            operations = []
        }
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
        get throws {
            let plain = HTTPServerBuilder.http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionGuard(connections)],
                    idleTimeout: .seconds(Int64(Self.idleSeconds)),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.maxHeaderBytes, maxHeaderListSize: 2 * Self.maxHeaderBytes,
                        maxHeaderFieldCount: Self.maxHeaders)))
            return Application(
                responder: responder, server: try tls.map { try .tls(plain, tlsConfiguration: $0) } ?? plain,
                configuration: ApplicationConfiguration(
                    address: .hostname(host, port: port),
                    availableConnectionsDelegate: MaximumAvailableConnections(
                        connections.limits.all + Self.spareConnections)),
                onServerRunning: { [onListening] channel in onListening(channel.localAddress?.port ?? 0) },
                logger: logger)
        }
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

/// Why the web part can't run.
public enum WebError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address is taken, unknown here, or not allowed to this user.
    case cannotListen(host: String, port: Int, reason: String)

    /// A certificate or key can't be used.
    case badCertificate(path: String, reason: String)

    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "can't serve pages on \(host), port \(port): \(reason); choose another host or port under \"web\""
        case .badCertificate(let path, let reason):
            "\(path) can't be used for TLS (\(reason)): it must be a PEM file that this user can read"
        }
    }
}

/// The server's certificate (with its chain) and key.
public struct TLSIdentity: Sendable {
    let configuration: TLSConfiguration

    /// Reads them from PEM files, which may wait for the disk.
    /// - Throws: ``WebError/badCertificate(path:reason:)``.
    public init(certificate: URL, key: URL) throws {
        BlockingWork.assertMayBlock("reading a certificate")
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificate.path)
            guard !chain.isEmpty else { throw WebError.badCertificate(path: certificate.path, reason: "it is empty") }
        } catch let error as WebError {
            throw error
        } catch {
            throw WebError.badCertificate(path: certificate.path, reason: "\(error)")
        }
        let privateKey: NIOSSLPrivateKey
        do {
            privateKey = try NIOSSLPrivateKey(file: key.path, format: .pem)
        } catch {
            throw WebError.badCertificate(path: key.path, reason: "\(error)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        self.configuration = configuration
    }
}

/// What is known of a request beside its text.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address of the other end; a proxy's where there is one.
    let clientAddress: String
    /// As ``ClientConnections`` counts it.
    let connection: ObjectIdentifier
    /// Drops the connection.
    let close: @Sendable () -> Void

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        let channel = source.channel
        clientAddress = channel.remoteAddress?.ipAddress ?? "unknown"
        connection = ObjectIdentifier(channel)
        close = { channel.close(promise: nil) }
    }
}
