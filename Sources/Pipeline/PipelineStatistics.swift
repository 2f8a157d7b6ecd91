/// What a pipeline has done so far.
public struct PipelineStatistics: Hashable, Sendable {
    /// Frames that the tracker and the rules have seen.
    public var analysedFrames = 0
    /// Frames that were never looked at because newer ones came.
    public var skippedFrames = 0
    /// Frames that arrived damaged, or not at all, or were predicted from such ones; they are not judged.
    public var damagedFrames = 0
    /// Frames whose analysis failed; they are passed over.
    public var failedFrames = 0
    /// What went wrong last; nil when nothing did.
    public var lastFailure: String?
    /// Wall time spent on analysis.
    public var totalMilliseconds = 0.0
    public var longestMilliseconds = 0.0
    /// Media time of the last frame analysed; nil before the first.
    public var lastSeconds: Double?

    public init() {}

    public var meanMilliseconds: Double {
        analysedFrames > 0 ? totalMilliseconds / Double(analysedFrames) : 0
    }
}
