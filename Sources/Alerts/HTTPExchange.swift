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

    /// The only address at which a host is looked for, whatever its name means by then.
    struct Pin: Hashable {
        var host: String
        var address: String
    }

    /// Lives as long as the process.
    private static let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)

    private static let configuration: HTTPClient.Configuration = {
        var configuration = HTTPClient.Configuration()
        // A redirect would carry the message, and perhaps the credentials, to a place that nobody configured.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = .seconds(10)
        // The outbox has a back-off of its own.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        return configuration
    }()

    func get(_ url: String, headers: [(String, String)], maximumBytes: Int) async throws(AlertError) -> Answer {
        var request = HTTPClientRequest(url: url)
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        return try await run(request) { _ in maximumBytes }
    }

    /// - Parameters:
    ///   - pin: Nil: wherever the name leads.
    ///   - maximumBytes: How much of the answer's body to read, by its status.
    func post(
        _ url: String, headers: [(String, String)], body: Data, to pin: Pin? = nil,
        maximumBytes: @Sendable (Int) -> Int
    ) async throws(AlertError) -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        request.body = .bytes(body)
        return try await run(request, to: pin, maximumBytes)
    }

    private func run(
        _ request: HTTPClientRequest, to pin: Pin? = nil, _ maximumBytes: (Int) -> Int
    ) async throws(AlertError) -> Answer {
        guard let pin else { return try await run(request, by: Self.client, maximumBytes) }
        var configuration = Self.configuration
        configuration.dnsOverride = [pin.host: pin.address]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Answer, AlertError>
        do { result = .success(try await run(request, by: client, maximumBytes)) } catch { result = .failure(error) }
        try? await client.shutdown()
        return try result.get()
    }

    private func run(
        _ request: HTTPClientRequest, by client: HTTPClient, _ maximumBytes: (Int) -> Int
    ) async throws(AlertError) -> Answer {
        var request = request
        request.headers.replaceOrAdd(name: "User-Agent", value: "aislewatch")
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: .milliseconds(Int64(timeoutSeconds * 1000)))
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

/// What an HTTP status means for a message, where the service has no words of its own.
enum HTTPVerdict {
    /// - Parameters:
    ///   - service: How the reason calls it.
    ///   - note: What the service said, without secrets.
    /// - Throws: When the message was not taken.
    static func check(_ answer: HTTPExchange.Answer, _ service: String, note: String? = nil) throws(AlertError) {
        let reason = "\(service): HTTP \(answer.status)" + (note.map { " (\($0))" } ?? "")
        switch answer.status {
        case 200..<300: return
        // The message itself is what the receiver will never take.
        case 400, 405, 406, 409, 410, 411, 413, 414, 415, 422, 451: throw .permanent(reason: reason)
        default: throw .temporary(reason: reason, retryAfterSeconds: answer.retryAfterSeconds)
        }
    }
}

/// `application/x-www-form-urlencoded` (<https://url.spec.whatwg.org/#urlencoded-serializing>).
enum FormEncoding {
    private static let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)

    static func encoded(_ fields: [(String, String)]) -> String {
        fields.map { name, value in escaped(name) + "=" + escaped(value) }.joined(separator: "&")
    }

    /// The fields of a body (application/x-www-form-urlencoded), in its order.
    static func decoded(_ body: Data) -> [(String, String)] {
        String(decoding: body, as: UTF8.self).split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.replacing("+", with: " ").removingPercentEncoding ?? ""
            }
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    /// Percent-encodes all but letters, digits, `-`, `.`, `_` and `~`; safe in a path and in a query, too.
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            if kept.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }
}

/// `multipart/form-data` (RFC 7578) with fields and one file.
struct MultipartForm {
    /// The same key gives the same boundary, so that a repetition is the same request.
    private let boundary: String
    private var data = Data()

    init(key: String) { boundary = "aislewatch-\(key)" }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    mutating func add(_ name: String, _ value: String) {
        data.append(Data("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8))
    }

    mutating func add(_ name: String, file: Data, fileName: String, contentType: String) {
        let head =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(fileName)\"\r\n"
            + "Content-Type: \(contentType)\r\n\r\n"
        data.append(Data(head.utf8) + file + Data("\r\n".utf8))
    }

    var body: Data { data + Data("--\(boundary)--\r\n".utf8) }
}

/// What chat services share.
enum ChatText {
    /// A JSON body.
    static func json(_ value: some Encodable) throws(AlertError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(value)
        } catch {
            throw .permanent(reason: "the message can't be told in JSON")
        }
    }

    /// JSON in ASCII alone, for a header.
    static func escapedJSON(_ json: String) -> String {
        json.utf16.reduce(into: "") { text, unit in
            if unit < 0x80 {
                text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            } else {
                text += String(format: "\\u%04x", unit)
            }
        }
    }

    /// One line for a header: line breaks and control characters would begin another header.
    static func line(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }

    /// RFC 2047's encoded word where the text is not plain ASCII: header values have no other alphabet.
    static func encodedWord(_ text: String) -> String {
        let line = line(text)
        guard line.utf8.contains(where: { $0 >= 0x80 }) else { return line }
        return "=?UTF-8?B?" + Data(line.utf8).base64EncodedString() + "?="
    }
}
