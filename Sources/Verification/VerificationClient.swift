import AsyncHTTPClient
public import Domain
public import Foundation

/// Whom to ask about which incidents, and how long to wait.
public struct VerificationSettings: Sendable {
    /// Of an OpenAI-compatible server, such as `http://127.0.0.1:8000/v1`.
    public var baseURL: URL
    public var model: String
    /// Nil for a server that wants none.
    public var apiKey: String?
    /// From the first byte of the question to the last of the answer, in seconds, > 0.
    public var timeLimitSeconds: Double
    /// How many frames are sent, 4 to 8.
    public var frames: Int
    /// Width to which frames are scaled down, in pixels.
    public var maxWidth: Int
    /// How long the message waits for the answer, in seconds; nil: it goes out at once, and the description follows.
    public var holdSeconds: Double?
    /// Empty: all kinds.
    public var kinds: Set<IncidentKind>

    public init(
        baseURL: URL, model: String, apiKey: String? = nil, timeLimitSeconds: Double = 20, frames: Int = 6,
        maxWidth: Int = 768, holdSeconds: Double? = nil, kinds: Set<IncidentKind> = []
    ) {
        self.baseURL = baseURL
        self.model = model
        self.apiKey = apiKey
        self.timeLimitSeconds = timeLimitSeconds
        self.frames = min(8, max(4, frames))
        self.maxWidth = maxWidth
        self.holdSeconds = holdSeconds
        self.kinds = kinds
    }
}

/// Why there is no answer; it changes nothing about the incident. Holds no address and no key.
public enum VerificationFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case noFrames
    case late
    case unreachable
    case status(Int)
    /// Not the JSON that was asked for.
    case unreadable(reason: String)

    public var description: String {
        switch self {
        case .noFrames: "there were no frames to show"
        case .late: "no answer within the time limit"
        case .unreachable: "no connection to the model's server; check second_look.base_url"
        case .status(let code): "the model's server answered with status \(code); check second_look.model and api_key"
        case .unreadable(let reason): "the answer could not be used: \(reason)"
        }
    }
}

/// Asks a vision-language model about an incident.
public struct VerificationClient: Sendable {
    private let settings: VerificationSettings
    private let clock: any WallClock
    private static let maxAnswerBytes = 1 << 20

    /// Lives as long as the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // A redirect would carry frames and the key to a place that nobody configured.
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    public init(settings: VerificationSettings, clock: any WallClock) {
        self.settings = settings
        self.clock = clock
    }

    private struct Question: Encodable {
        struct Message: Encodable {
            var role: String
            var content: [Part]
        }
        struct Part: Encodable {
            struct Address: Encodable { var url: String }
            var type: String
            var text: String?
            var image_url: Address?
        }
        struct Format: Encodable { var type = "json_object" }
        var model: String
        var messages: [Message]
        var response_format = Format()
        var max_tokens = 400
        var temperature = 0.0
    }

    /// - Parameter frames: JPEG images in order of time, with the region drawn.
    /// - Throws: ``VerificationFailure``: there is no usable answer.
    public func ask(_ incident: Incident, frames: [Data]) async throws(VerificationFailure) -> VerificationAnswer {
        guard !frames.isEmpty else { throw .noFrames }
        var parts = [Question.Part(type: "text", text: VerificationQuestion.text(incident), image_url: nil)]
        for frame in frames {
            let address = "data:image/jpeg;base64," + frame.base64EncodedString()
            parts.append(Question.Part(type: "image_url", text: nil, image_url: .init(url: address)))
        }
        let question = Question(
            model: settings.model,
            messages: [
                .init(
                    role: "system", content: [.init(type: "text", text: VerificationQuestion.system, image_url: nil)]),
                .init(role: "user", content: parts),
            ])
        guard let body = try? JSONEncoder().encode(question) else { throw .unreadable(reason: "no question") }
        let answer = try await exchange(body)
        return try VerificationReply.parse(answer, model: settings.model, now: clock.now())
    }

    private func exchange(_ body: Data) async throws(VerificationFailure) -> Data {
        var request = HTTPClientRequest(url: settings.baseURL.appending(path: "chat/completions").absoluteString)
        request.method = .POST
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        request.headers.replaceOrAdd(name: "User-Agent", value: "aislewatch")
        if let key = settings.apiKey { request.headers.replaceOrAdd(name: "Authorization", value: "Bearer \(key)") }
        request.body = .bytes(body)
        do {
            // One deadline for the whole exchange: a server that trickles its answer is late too.
            let response = try await Self.client.execute(
                request, timeout: .milliseconds(Int64(max(0.05, settings.timeLimitSeconds) * 1000)))
            let status = Int(response.status.code)
            guard status == 200 else { throw VerificationFailure.status(status) }
            return Data(try await response.body.collect(upTo: Self.maxAnswerBytes).readableBytesView)
        } catch let failure as VerificationFailure {
            throw failure
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            throw .late
        } catch let error as HTTPClientError where error == .remoteConnectionClosed {
            throw .unreadable(reason: "the connection was closed before the answer")
        } catch is CancellationError {
            throw .late
        } catch {
            let kind = String(describing: type(of: error))
            if kind.contains("TooManyBytes") { throw .unreadable(reason: "it is too long") }
            throw .unreachable
        }
    }
}
