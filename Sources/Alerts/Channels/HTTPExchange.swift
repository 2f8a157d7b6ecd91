import AsyncHTTPClient
import Foundation

/// One HTTP request and its answer, with every failure told as an ``AlertError`` that holds no address and no secret.
struct HTTPExchange: Sendable {
    /// Short, because a recipient's next message waits for it.
    var timeoutSeconds: Double

    struct Answer: Sendable {
        var status: Int
        var retryAfterSeconds: Double?
        /// At most `maximumBytes` of the body; empty when it was not asked for or could not be read.
        var body: Data
    }

    /// Lives as long as the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // A redirect would carry the message, and perhaps the credentials, to a place that nobody configured.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = .seconds(10)
        // The outbox has a back-off of its own.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    func get(_ url: String, headers: [(String, String)], maximumBytes: Int) async throws(AlertError) -> Answer {
        var request = HTTPClientRequest(url: url)
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        return try await run(request) { _ in maximumBytes }
    }

    /// - Parameter maximumBytes: How much of the answer's body to read, by its status.
    func post(
        _ url: String, headers: [(String, String)], body: Data, maximumBytes: @Sendable (Int) -> Int
    ) async throws(AlertError) -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        request.body = .bytes(body)
        return try await run(request, maximumBytes)
    }

    private func run(_ request: HTTPClientRequest, _ maximumBytes: (Int) -> Int) async throws(AlertError) -> Answer {
        var request = request
        request.headers.replaceOrAdd(name: "User-Agent", value: "aislewatch")
        let response: HTTPClientResponse
        do {
            response = try await Self.client.execute(request, timeout: .milliseconds(Int64(timeoutSeconds * 1000)))
        } catch {
            throw Self.told(error)
        }
        let status = Int(response.status.code)
        let wanted = maximumBytes(status)
        var body = Data()
        if wanted > 0, let buffer = try? await response.body.collect(upTo: wanted) {
            body = Data(buffer.readableBytesView)
        }
        let retryAfter = response.headers.first(name: "Retry-After").flatMap { Double($0) }
        return Answer(
            status: status, retryAfterSeconds: retryAfter.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }, body: body)
    }

    /// The client's errors name hosts and addresses; only their kind goes on.
    private static func told(_ error: any Error) -> AlertError {
        guard let error = error as? HTTPClientError else {
            if error is CancellationError { return .outcomeUnknown(reason: "cut off") }
            let kind = String(describing: type(of: error)), text = String(describing: error)
            // SwiftNIO's, when nothing was sent yet; all others can come in the middle of an exchange.
            let isBeforeSending =
                ["NIOConnectionError", "SocketAddressError"].contains(kind)
                || ["Connection refused", "unreachable", "No route"].contains { text.contains($0) }
            return isBeforeSending
                ? .temporary(reason: "no connection (\(kind))")
                : .outcomeUnknown(reason: "the exchange broke off (\(kind))")
        }
        return switch error {
        case .connectTimeout: .temporary(reason: "no connection in time")
        case .deadlineExceeded, .readTimeout, .writeTimeout: .outcomeUnknown(reason: "no answer in time")
        case .remoteConnectionClosed: .outcomeUnknown(reason: "the connection was closed before the answer")
        case .cancelled: .outcomeUnknown(reason: "cut off")
        case .emptyHost, .emptyScheme, .invalidURL, .missingSocketPath:
            .temporary(reason: "the address in the configuration is not valid")
        default: .outcomeUnknown(reason: "the exchange failed (\(error.shortDescription))")
        }
    }
}
