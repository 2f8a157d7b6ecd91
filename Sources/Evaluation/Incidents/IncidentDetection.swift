import Domain

/// One incident of one kind that was announced, as the scoring sees it. An incident of two kinds is two detections.
public struct IncidentDetection: Hashable, Sendable {
    public var kind: String
    /// Seconds on the clip's time.
    public var startSeconds: Double
    public var endSeconds: Double
    /// In pixels of the clip's picture.
    public var region: Region
    /// When it was announced: media time when files are read without pause, wall time since the clip began otherwise.
    public var announcedSeconds: Double

    public init(kind: String, startSeconds: Double, endSeconds: Double, region: Region, announcedSeconds: Double) {
        self.kind = kind
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
        self.region = region
        self.announcedSeconds = announcedSeconds
    }
}
