import Domain
import Foundation

/// Where clips lie: below one folder, or below another where that one can't be written.
public struct ClipFiles: ClipSource {
    public let root: URL
    /// Where clips go while `root` can't be written; their paths begin with ``fallbackPrefix``.
    public let fallback: URL?
    /// Where ``ClipCopies`` lie; each goes with its clip.
    public let copies: URL

    /// No camera is called so.
    static let fallbackPrefix = "@fallback/"

    /// - Parameter copies: Nil puts them beside the clip folder, as `<clip folder>-copies`.
    public init(root: URL, fallback: URL? = nil, copies: URL? = nil) {
        let root = root.absoluteURL.standardizedFileURL
        self.root = root
        self.copies =
            copies?.absoluteURL.standardizedFileURL
            ?? root.deletingLastPathComponent().appending(path: root.lastPathComponent + "-copies")
        self.fallback = fallback?.absoluteURL.standardizedFileURL
    }

    public func videoFile(of clip: Clip) -> URL? {
        // While the end is being written the name changes under us: look for both.
        existing(clip.path) ?? existing(clip.temporaryPath) ?? existing(clip.path)
    }

    public func posterFile(of clip: Clip) -> URL? { existing(clip.posterPath) }

    /// The place of a path that a clip names; nil when it would lead out of the root.
    public func url(_ path: String) -> URL? {
        let isFallback = path.hasPrefix(Self.fallbackPrefix)
        let below = isFallback ? String(path.dropFirst(Self.fallbackPrefix.count)) : path
        let parts = below.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else { return nil }
        return (isFallback ? fallback : root)?.appending(path: below)
    }

    /// All files that a clip may have: video, poster, sidecar, what they are called while they are being written, and its copy
    /// for browsers where there is one.
    func all(of clip: Clip) -> [URL] {
        let own = [clip.path, clip.posterPath, clip.sidecarPath].flatMap { path in
            [path, path + ".part"].compactMap(url)
        }
        return own + [copy(of: clip)].compactMap { $0 }.filter(Self.isThere)
    }

    /// Where a clip's copy for browsers lies when there is one; nil for an id that is no file's name.
    func copy(of clip: Clip) -> URL? {
        let name = clip.id.rawValue
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else { return nil }
        return copies.appending(path: name + ".mp4")
    }

    /// `<camera>/<YYYY-MM-DD>/<clip id>.mp4`, the day in UTC.
    static func path(camera: CameraID, clip: ClipID, date: Date) -> String {
        "\(camera)/\(UTCText.string(date).prefix(10))/\(clip).mp4"
    }

    private func existing(_ path: String) -> URL? {
        BlockingWork.assertMayBlock("looking for a clip's file")
        return url(path).flatMap { Self.isThere($0) ? $0 : nil }
    }

    private static func isThere(_ url: URL) -> Bool {
        FileManager.default.fileExists(atPath: url.path(percentEncoded: false))
    }
}
