public import Foundation

/// Connects to a stream that is not in the configuration yet.
public protocol StreamTester: Sendable {
    /// - Parameter camera: Whose user name and password are taken when none are given and the host is the same.
    /// - Returns: Also when it could not be reached: then the message says why.
    /// - Throws: ``PortFailure/invalid(_:)`` for an address of another kind.
    func test(url: String, username: String?, password: String?, camera: CameraID?) async throws -> StreamTest
}

/// What a stream turned out to be.
public struct StreamTest: Hashable, Sendable {
    public var outcome: TestOutcome
    public var codec: String?
    public var frameSize: FrameSize?
    public var framesPerSecond: Double?
    public var hasAudio: Bool?
    /// Seconds from one key frame to the next; nil when two were not seen.
    public var keyFrameSeconds: Double?
    public var jpeg: Data?

    public init(
        outcome: TestOutcome, codec: String? = nil, frameSize: FrameSize? = nil, framesPerSecond: Double? = nil,
        hasAudio: Bool? = nil, keyFrameSeconds: Double? = nil, jpeg: Data? = nil
    ) {
        self.outcome = outcome
        self.codec = codec
        self.frameSize = frameSize
        self.framesPerSecond = framesPerSecond
        self.hasAudio = hasAudio
        self.keyFrameSeconds = keyFrameSeconds
        self.jpeg = jpeg
    }
}

/// Sends test messages, so that nobody learns from a silence that a channel was set up wrongly.
public protocol ChannelTester: Sendable {
    /// Names and types, in the order of the configuration.
    func channels() -> [(name: String, type: String)]
    /// - Returns: What the provider said, in words.
    /// - Throws: ``PortFailure/notFound(_:)``.
    func test(channel: String) async throws -> TestOutcome
}

/// Whether a try worked, in words.
public struct TestOutcome: Hashable, Sendable {
    public var isOK: Bool
    public var message: String

    public init(isOK: Bool, message: String) {
        self.isOK = isOK
        self.message = message
    }
}
