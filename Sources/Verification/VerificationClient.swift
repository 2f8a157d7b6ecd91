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
    private let endpoint: ChatEndpoint
    private let clock: any WallClock

    public init(settings: VerificationSettings, clock: any WallClock) {
        endpoint = ChatEndpoint(settings: settings)
        self.clock = clock
    }

    /// - Parameter frames: JPEG images in order of time, with the region drawn.
    /// - Throws: ``VerificationFailure``: there is no usable answer.
    public func ask(_ incident: Incident, frames: [Data]) async throws(VerificationFailure) -> VerificationAnswer {
        guard !frames.isEmpty else { throw .noFrames }
        let answer = try await endpoint.ask(
            system: VerificationQuestion.system, text: VerificationQuestion.text(incident), pictures: frames,
            format: .anyObject, maxTokens: 400)
        return try VerificationReply.parse(answer, model: endpoint.settings.model, now: clock.now())
    }
}
