import Domain

/// What is known about a source's video.
public struct StreamInfo: Hashable, Sendable {
    /// FFmpeg's name: `h264`, `hevc`, `mjpeg`, …
    public var codecName: String
    /// Pixels.
    public var frameSize: FrameSize
    /// As the source says or as measured at opening; an estimate.
    public var framesPerSecond: Double
    /// Sound is read along (`SourceOptions.keepAudio`, and the source has some).
    public var hasAudio: Bool
    /// nil for live sources and where the file doesn't say.
    public var durationSeconds: Double?

    public init(
        codecName: String, frameSize: FrameSize, framesPerSecond: Double, hasAudio: Bool = false,
        durationSeconds: Double? = nil
    ) {
        self.codecName = codecName
        self.frameSize = frameSize
        self.framesPerSecond = framesPerSecond
        self.hasAudio = hasAudio
        self.durationSeconds = durationSeconds
    }
}
