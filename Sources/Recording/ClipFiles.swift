import Domain
import Foundation

/// Where clips lie: below one folder, or below another where that one can't be written.
public struct ClipFiles: ClipSource {
    public let root: URL
    /// Where clips go while `root` can't be written; their paths begin with ``fallbackPrefix``.
    public let fallback: URL?

    /// No camera is called so.
    static let fallbackPrefix = "@fallback/"

    public init(root: URL, fallback: URL? = nil) {
        self.root = root.absoluteURL.standardizedFileURL
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

    /// All files that a clip may have: video, poster, sidecar, and what they are called while they are being written.
    func all(of clip: Clip) -> [URL] {
        [clip.path, clip.posterPath, clip.sidecarPath].flatMap { path in
            [path, path + ".part"].compactMap(url)
        }
    }

    /// `<camera>/<YYYY-MM-DD>/<clip id>.mp4`, the day in UTC.
    static func path(camera: CameraID, clip: ClipID, date: Date) -> String {
        "\(camera)/\(UTCText.string(date).prefix(10))/\(clip).mp4"
    }

    private func existing(_ path: String) -> URL? {
        BlockingWork.assertMayBlock("looking for a clip's file")
        guard let url = url(path), FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else {
            return nil
        }
        return url
    }
}
