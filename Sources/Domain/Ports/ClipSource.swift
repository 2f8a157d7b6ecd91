import Foundation

/// How the pages get at a clip's files without knowing who writes them.
public protocol ClipSource: Sendable {
    /// Where the clip's video lies now: the finished file, or the one still being written; nil when it is gone.
    func videoFile(of clip: Clip) -> URL?
    /// Where the clip's poster lies; nil until there is one.
    func posterFile(of clip: Clip) -> URL?
}
