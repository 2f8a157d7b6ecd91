public import Foundation

/// What the status page shows.
public struct DaemonStatus: Hashable, Sendable {
    public struct Camera: Hashable, Sendable {
        public var view: CameraView
        public var fpsIn: Double?
        public var fpsAnalysed: Double?
        public var skippedFrames = 0
        /// Not judged, since what they show was not there.
        public var damagedFrames = 0
        public var failedFrames = 0
        public var reconnects = 0
        public var lastPacketAt: Date?
        public var lastKeyFrameAt: Date?
        /// Seconds from one key frame to the next.
        public var keyFrameSeconds: Double?
        public var analysisMilliseconds: Double?
        public var bitrateKbps: Double?
        public var ringSeconds = 0.0
        public var ringBytes = 0
        public var viewers = 0

        public init(view: CameraView) { self.view = view }
    }

    public struct Disk: Hashable, Sendable {
        public var freeBytes: Int64
        public var totalBytes: Int64
        public var clipsBytes: Int64
        public var clips: Int
        /// Of the last week at most; nil while there is too little to say.
        public var bytesPerDay: Double?

        public init(freeBytes: Int64, totalBytes: Int64, clipsBytes: Int64, clips: Int, bytesPerDay: Double?) {
            self.freeBytes = freeBytes
            self.totalBytes = totalBytes
            self.clipsBytes = clipsBytes
            self.clips = clips
            self.bytesPerDay = bytesPerDay
        }

        /// Nil while unknown.
        public var daysLeft: Double? { bytesPerDay.flatMap { $0 > 0 ? Double(freeBytes) / $0 : nil } }

        /// As in "11 days at this rate".
        public var text: String {
            guard let days = daysLeft else {
                return clips > 0 && bytesPerDay == nil ? "too early for a forecast" : "nothing recorded lately"
            }
            if days < 1 { return "\(max(1, Int(clamping: days * 24))) h at this rate" }
            return days > 3650
                ? "more than 10 years at this rate" : "\(Int(clamping: days)) day\(days < 2 ? "" : "s") at this rate"
        }
    }

    public var version: String
    public var uptimeSeconds: Int
    public var modelFamily: String
    public var modelDevice: String
    public var cameras: [Camera]
    public var disk: Disk

    public init(
        version: String, uptimeSeconds: Int, modelFamily: String, modelDevice: String, cameras: [Camera], disk: Disk
    ) {
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.modelFamily = modelFamily
        self.modelDevice = modelDevice
        self.cameras = cameras
        self.disk = disk
    }
}

/// How the daemon does.
public protocol StatusSource: Sendable {
    func status() async -> DaemonStatus
}
