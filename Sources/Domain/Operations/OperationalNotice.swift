public import Foundation

/// Something about the installation itself that a person should know: the opposite of an incident, a silence that
/// means nothing.
///
/// A notice is open from the moment it is raised until it is cleared; raising an open one again changes nothing, so a
/// watchdog can simply say what it sees at each look.
public enum OperationalNotice: Hashable, Sendable, Codable {
    /// No packets from a camera since that moment.
    case cameraOffline(CameraID, since: Date)
    /// A camera sends packets, but always the same picture, since that moment.
    case pictureFrozen(CameraID, since: Date)
    /// The analysis of these cameras can't keep up: up to `skippedFraction` of their frames (0 to 1) were skipped lately.
    /// One notice for the site: a machine that is too slow is one cause, however many cameras it has.
    case analysisOverloaded(cameras: [CameraID], skippedFraction: Double)
    /// The same of one camera, as earlier versions raised it; the database may still have it open.
    case analysisDegraded(CameraID, skippedFraction: Double)
    /// At the present pace the clips' disk is full in so many hours.
    case diskForecast(path: String, hoursLeft: Double)
    /// The clips' disk is below its reserve; old clips go.
    case diskLow(path: String, freeBytes: Int64)
    /// A camera begins no more clips, because the disk is full and others have priority.
    case recordingStopped(CameraID)
    /// The clips' folder can't be written: unplugged, read-only, or its network is gone.
    case storageGone(path: String, reason: String)
    /// Clips go to another folder than the configured one.
    case storageFallback(path: String, fallback: String)
    /// Messages of a channel have waited since that moment.
    case outboxStuck(channel: String, waiting: Int, since: Date)
    /// Anything else a part wants a person to know; `name` tells apart what can be open at the same time.
    case other(name: String, camera: CameraID? = nil, text: String)

    /// The kind, as the database, templates and the API spell it.
    public var kind: String {
        switch self {
        case .cameraOffline: "camera_offline"
        case .pictureFrozen: "picture_frozen"
        case .analysisOverloaded, .analysisDegraded: "analysis_degraded"
        case .diskForecast: "disk_forecast"
        case .diskLow: "disk_low"
        case .recordingStopped: "recording_stopped"
        case .storageGone: "storage_gone"
        case .storageFallback: "storage_fallback"
        case .outboxStuck: "outbox_stuck"
        case .other: "other"
        }
    }

    /// The camera that it is about; nil for the whole site.
    public var camera: CameraID? {
        switch self {
        case .cameraOffline(let camera, _), .pictureFrozen(let camera, _), .analysisDegraded(let camera, _),
            .recordingStopped(let camera):
            camera
        case .analysisOverloaded(let cameras, _): cameras.count == 1 ? cameras.first : nil
        case .other(_, let camera, _): camera
        case .diskForecast, .diskLow, .storageGone, .storageFallback, .outboxStuck: nil
        }
    }

    /// The same for notices about the same thing: of these at most one is open.
    public var key: String {
        switch self {
        case .cameraOffline(let camera, _), .pictureFrozen(let camera, _), .analysisDegraded(let camera, _),
            .recordingStopped(let camera):
            "\(kind)/\(camera)"
        case .diskForecast(let path, _), .diskLow(let path, _), .storageGone(let path, _),
            .storageFallback(let path, _):
            "\(kind)/\(path)"
        case .outboxStuck(let channel, _, _): "\(kind)/\(channel)"
        case .analysisOverloaded: kind
        case .other(let name, let camera, _): "\(kind)/\(name)/\(camera?.rawValue ?? "")"
        }
    }

    /// How urgently a person is needed.
    public var severity: Severity {
        switch self {
        case .storageGone, .diskLow, .recordingStopped, .cameraOffline: .high
        case .pictureFrozen, .outboxStuck, .analysisOverloaded, .analysisDegraded, .storageFallback: .medium
        case .diskForecast, .other: .low
        }
    }
}

/// Where a part says that something is wrong with the installation, and that it is right again.
public protocol NoticeSink: Sendable {
    /// Opens the notice and has people told, or does nothing while one with its key is open. Never throws and may
    /// return before anything is written.
    func raise(_ notice: OperationalNotice)
    /// Closes the open notice with this ``OperationalNotice/key``, if there is one.
    func clear(_ key: String)
}

/// For tests and for commands that nobody watches.
public struct SilentNotices: NoticeSink {
    public init() {}

    public func raise(_ notice: OperationalNotice) {}

    public func clear(_ key: String) {}
}
