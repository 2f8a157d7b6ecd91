import Foundation

/// A file with the recording of one or more incidents.
public struct Clip: Hashable, Sendable, Codable {
    /// The order of writing (see docs/architecture.md): the row is there before the file.
    public enum State: String, Sendable, Codable {
        /// Being written under its temporary name.
        case recording
        /// Whole, renamed, with size and hash.
        case finished
        /// Marked for deletion; its files may be gone already.
        case tombstone
    }

    public var id: ClipID
    public var camera: CameraID
    public var state: State
    /// The video's path below the clip root: `<camera>/<YYYY-MM-DD>/<clip id>.mp4`, the day in UTC. While `recording`,
    /// the file is found at ``temporaryPath``.
    public var path: String
    /// Time of day of the first frame.
    public var startDate: Date
    /// Media time of the first frame.
    public var start: MediaTime
    /// Length of the video in seconds; 0 while unknown.
    public var durationSeconds: Double
    /// Seconds recorded before the incident's start: what was achieved, not what was asked for.
    public var preRollSeconds: Double
    /// Size in bytes and SHA-256 (lower-case hex) of the finished video.
    public var bytes: Int64?
    public var sha256: String?

    public init(
        id: ClipID, camera: CameraID, state: State = .recording, path: String, startDate: Date, start: MediaTime,
        durationSeconds: Double = 0, preRollSeconds: Double = 0, bytes: Int64? = nil, sha256: String? = nil
    ) {
        self.id = id
        self.camera = camera
        self.state = state
        self.path = path
        self.startDate = startDate
        self.start = start
        self.durationSeconds = durationSeconds
        self.preRollSeconds = preRollSeconds
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// Where the video lies while it is being written.
    public var temporaryPath: String { path + ".part" }
    /// The poster picture and the sidecar, beside the video.
    public var posterPath: String { pathWithoutExtension + ".jpg" }
    public var sidecarPath: String { pathWithoutExtension + ".json" }

    private var pathWithoutExtension: String { path.hasSuffix(".mp4") ? String(path.dropLast(4)) : path }
}

/// Who records on when the disk is full and nothing more may be deleted.
public enum CameraPriority: String, Hashable, Sendable, Codable, CaseIterable {
    case low, normal, high
}

/// How the pages get at a clip's files without knowing who writes them.
public protocol ClipSource: Sendable {
    /// Where the clip's video lies now: the finished file, or the one still being written; nil when it is gone.
    func videoFile(of clip: Clip) -> URL?
    /// Where the clip's poster lies; nil until there is one.
    func posterFile(of clip: Clip) -> URL?
}
