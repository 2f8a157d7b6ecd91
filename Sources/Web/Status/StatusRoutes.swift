public import Domain
public import Foundation
import Hummingbird
import Storage

/// How the daemon does.
struct StatusRoutes: Sendable {
    let api: APIRouter

    struct WarningView: Encodable {
        var at: Date
        var level: String
        var message: String
        var count: Int

        init(_ warning: LogWarning) {
            at = warning.at
            level = warning.level
            message = warning.message
            count = warning.count
        }
    }

    private struct Model: Encodable {
        var family: String
        var device: String
        var latencyMs: Double?
        /// How often it looks, as a part of what is configured.
        var share: Double
    }

    private struct Outbox: Encodable {
        var pending: Int
        var dead: Int
        var oldestPendingAt: Date?
        var lastSentAt: Date?
    }

    private struct View: Encodable {
        var version: String
        var uptimeSeconds: Int
        var model: Model
        var cameras: [DaemonStatus.Camera]
        var disk: DaemonStatus.Disk
        var outbox: Outbox
        var warnings: [WarningView]
    }

    func add() {
        let services = api.services
        api.on(.get, "/status", role: .viewer, compresses: true) { call in
            guard let ask = services.status else { throw APIError.notAvailable("Nothing is known here.") }
            var status = await ask()
            status.cameras.removeAll { !call.principal.sees($0.id) }
            // The log's lines name any camera.
            let warnings = call.principal.cameras == nil ? services.warnings() : []
            let outbox = try await services.store.perform { try $0.outboxSummary() }
            let latencies = status.cameras.compactMap(\.analysisMs)
            return .json(
                View(
                    version: status.version, uptimeSeconds: status.uptimeSeconds,
                    model: Model(
                        family: status.modelFamily, device: status.modelDevice,
                        latencyMs: latencies.isEmpty ? nil : latencies.reduce(0, +) / Double(latencies.count),
                        share: status.analysisShare),
                    cameras: status.cameras, disk: status.disk,
                    outbox: Outbox(
                        pending: outbox.waiting, dead: outbox.dead, oldestPendingAt: outbox.waitingSince,
                        lastSentAt: outbox.lastSentAt),
                    warnings: warnings.map(WarningView.init)))
        }
    }
}

/// What the daemon knows about itself for the status page.
public struct DaemonStatus: Sendable {
    /// A camera as the status page shows it.
    public struct Camera: Sendable, Encodable {
        var id: CameraID
        var name: String
        var state: String
        var stateText: String
        var codec: String?
        var size: FrameSize?
        public var fpsIn: Double?
        public var fpsAnalysed: Double?
        /// `full`, or `still` while nothing happens and frames are left undecoded; nil before the first frame.
        public var analysis: String?
        /// Why it is `full`, in one word; nil while it is `still`.
        public var analysisReason: String?
        /// What decodes the stream that is analysed, and why no device does where one is wanted; nil before the first packet.
        public var decoder: String?
        public var skippedFrames = 0
        /// They arrived damaged and were therefore not judged.
        public var damagedFrames = 0
        public var failedFrames = 0
        public var reconnects = 0
        public var lastPacketAt: Date?
        public var lastKeyFrameAt: Date?
        /// Seconds from one key frame to the next.
        public var keyFrameSeconds: Double?
        /// Milliseconds for one frame.
        public var analysisMs: Double?
        /// From a frame's arrival to what the rules say of it, lately: half of the frames, and 95 and 99 of 100, take so long at
        /// most.
        public var decisionMsP50: Double?
        public var decisionMsP95: Double?
        public var decisionMsP99: Double?
        public var bitrateKbps: Double?
        public var ringSeconds = 0.0
        public var ringBytes = 0
        public var viewers = 0

        public init(view: CameraView) {
            id = view.id
            name = view.name
            state = view.state.rawValue
            stateText = view.stateText
            codec = view.codec
            size = view.frameSize
        }
    }

    /// The disk that clips are written to.
    public struct Disk: Sendable, Encodable {
        var freeBytes: Int64
        var totalBytes: Int64
        var clipsBytes: Int64
        var clips: Int
        var bytesPerDay: Double?
        /// Nil while unknown.
        let daysLeft: Double?
        /// As in "11 days at this rate".
        let text: String

        /// - Parameter bytesPerDay: Of the last week at most; nil while there is too little to say.
        public init(freeBytes: Int64, totalBytes: Int64, clipsBytes: Int64, clips: Int, bytesPerDay: Double?) {
            self.freeBytes = freeBytes
            self.totalBytes = totalBytes
            self.clipsBytes = clipsBytes
            self.clips = clips
            self.bytesPerDay = bytesPerDay
            daysLeft = bytesPerDay.flatMap { $0 > 0 ? Double(freeBytes) / $0 : nil }
            text =
                switch daysLeft {
                case nil:
                    clips > 0 && bytesPerDay == nil ? "too early for a forecast" : "nothing recorded lately"
                case let days? where days < 1: "\(max(1, Int(clamping: days * 24))) h at this rate"
                case let days? where days > 3650: "more than 10 years at this rate"
                case let days?: "\(Int(clamping: days)) day\(days < 2 ? "" : "s") at this rate"
                }
        }
    }

    var version: String
    var uptimeSeconds: Int
    var modelFamily: String
    var modelDevice: String
    var analysisShare: Double
    var cameras: [Camera]
    var disk: Disk

    /// - Parameter analysisShare: How often the network looks, as a part of what is configured: less than 1 while the machine
    ///   hardly keeps up.
    public init(
        version: String, uptimeSeconds: Int, modelFamily: String, modelDevice: String, analysisShare: Double = 1,
        cameras: [Camera], disk: Disk
    ) {
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.modelFamily = modelFamily
        self.modelDevice = modelDevice
        self.analysisShare = analysisShare
        self.cameras = cameras
        self.disk = disk
    }
}

/// What `GET /health` answers. Anybody may ask, so it tells nothing about the site but numbers.
public struct HealthReport: Sendable, Codable, Hashable {
    public enum Status: String, Sendable, Codable {
        /// All is well.
        case ok
        /// It works, but something needs attention, such as a camera that is offline.
        case degraded
        /// It doesn't do its job. Answered with 503.
        case failed
    }

    public var status: Status
    /// The program's version.
    public var version: String
    /// Seconds since the program started.
    public var uptimeSeconds: Int
    /// Cameras that deliver pictures now, of those configured.
    public var camerasOnline: Int
    public var camerasConfigured: Int

    public init(status: Status, version: String, uptimeSeconds: Int, camerasOnline: Int, camerasConfigured: Int) {
        self.status = status
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.camerasOnline = camerasOnline
        self.camerasConfigured = camerasConfigured
    }

    enum CodingKeys: String, CodingKey {
        case status, version
        case uptimeSeconds = "uptime_seconds"
        case camerasOnline = "cameras_online"
        case camerasConfigured = "cameras_configured"
    }
}
