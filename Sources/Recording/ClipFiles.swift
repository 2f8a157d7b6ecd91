import Domain
import Foundation

/// Where clips lie below one folder.
public struct ClipFiles: ClipSource {
    public let root: URL

    public init(root: URL) { self.root = root.absoluteURL.standardizedFileURL }

    public func videoFile(of clip: Clip) -> URL? {
        // While the end is being written the name changes under us: look for both.
        existing(clip.path) ?? existing(clip.temporaryPath) ?? existing(clip.path)
    }

    public func posterFile(of clip: Clip) -> URL? { existing(clip.posterPath) }

    /// The place of a path that a clip names; nil when it would lead out of the root.
    public func url(_ path: String) -> URL? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else { return nil }
        return root.appending(path: path)
    }

    /// `<camera>/<YYYY-MM-DD>/<clip id>.mp4`, the day in UTC.
    static func path(camera: CameraID, clip: ClipID, date: Date) -> String {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = .gmt
        let day = calendar.dateComponents([.year, .month, .day], from: date)
        func digits(_ value: Int?, _ count: Int) -> String {
            let text = String(value ?? 0)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(camera)/\(digits(day.year, 4))-\(digits(day.month, 2))-\(digits(day.day, 2))/\(clip).mp4"
    }

    private func existing(_ path: String) -> URL? {
        guard let url = url(path), FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else {
            return nil
        }
        return url
    }
}
