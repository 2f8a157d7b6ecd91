/// How fast a file is read.
public enum Pace: String, Sendable, CaseIterable {
    /// As fast as it can be taken; nothing is skipped, so the same file gives the same frames.
    case fast
    /// At the video's own speed; whoever is slower gets the newest frame.
    case realTime = "real-time"
}
