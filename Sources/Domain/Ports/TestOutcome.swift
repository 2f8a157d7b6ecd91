public import Foundation

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

/// Whether a try worked, in words.
public struct TestOutcome: Hashable, Sendable {
    public var isOK: Bool
    public var message: String

    public init(isOK: Bool, message: String) {
        self.isOK = isOK
        self.message = message
    }
}
