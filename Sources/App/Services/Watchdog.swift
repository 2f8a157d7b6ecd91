import Camera
import Domain
import Foundation

/// Decides what of the installation a person should know, from what it is shown at each look. Pure.
struct Watchdog {
    /// What one camera looks like now.
    struct CameraLook: Hashable, Sendable {
        var camera: CameraID
        var isOnline: Bool
        /// Nil: nothing has come in yet.
        var lastPacketAt: Date?
        /// When the picture last changed; nil: not known.
        var pictureChangedAt: Date?
        /// Counted since the analysis began.
        var analysedFrames: Int
        var skippedFrames: Int
    }

    struct Limits: Hashable, Sendable {
        var cameraOfflineSeconds = 60.0
        var pictureFrozenSeconds = 300.0
        var maxSkippedFraction = 0.5
        var outboxStuckSeconds = 300.0
    }

    enum Finding: Hashable, Sendable {
        case wrong(OperationalNotice)
        /// The notice's key.
        case right(String)
    }

    private struct Load {
        var from: Date
        var analysed: Int
        var skipped: Int
        var fraction: Double?
    }

    var limits: Limits
    private let startedAt: Date
    /// When each camera was looked at first; those of the first look count from the start.
    private var known: [CameraID: Date]?
    private var loads: [CameraID: Load] = [:]
    /// Channels that were reported: one that is empty again may have no row any more.
    private var stuck: Set<String> = []
    private static let loadSeconds = 60.0
    /// Fewer frames say nothing about the load.
    private static let minimumFrames = 30

    init(limits: Limits, startedAt: Date) {
        self.limits = limits
        self.startedAt = startedAt
    }

    /// What is to be told or taken back; the same finding at each look, until it changes.
    mutating func look(cameras: [CameraLook], outbox: [ChannelBacklog], at now: Date) -> [Finding] {
        let gone = Set(known?.keys.map { $0 } ?? []).subtracting(cameras.map(\.camera)).sorted()
        let before = known
        known = Dictionary(
            cameras.map { camera in (camera.camera, before.map { $0[camera.camera] ?? now } ?? startedAt) },
            uniquingKeysWith: { first, _ in first })
        return gone.flatMap { forget($0, now) } + cameras.flatMap { look($0, now) } + look(outbox, now)
    }

    /// What was wrong with a camera that is no longer configured is of no interest any more.
    private mutating func forget(_ camera: CameraID, _ now: Date) -> [Finding] {
        loads[camera] = nil
        let notices: [OperationalNotice] = [
            .cameraOffline(camera, since: now), .pictureFrozen(camera, since: now),
            .analysisDegraded(camera, skippedFraction: 0),
        ]
        return notices.map { .right($0.key) }
    }

    private mutating func look(_ camera: CameraLook, _ now: Date) -> [Finding] {
        let id = camera.camera
        let since = camera.lastPacketAt ?? known?[id] ?? startedAt
        let silence = now.timeIntervalSince(since)
        let offline = OperationalNotice.cameraOffline(id, since: since)
        let frozenSince = camera.pictureChangedAt ?? now
        let frozen = OperationalNotice.pictureFrozen(id, since: frozenSince)
        guard silence < limits.cameraOfflineSeconds else {
            // A camera that is away has neither a picture nor a load.
            loads[id] = nil
            return [.wrong(offline), .right(frozen.key)]
        }
        var findings: [Finding] = []
        if camera.isOnline { findings.append(.right(offline.key)) }
        if now.timeIntervalSince(frozenSince) >= limits.pictureFrozenSeconds {
            findings.append(.wrong(frozen))
        } else {
            findings.append(.right(frozen.key))
        }
        if let fraction = skippedFraction(camera, now) {
            let degraded = OperationalNotice.analysisDegraded(id, skippedFraction: fraction)
            findings.append(fraction > limits.maxSkippedFraction ? .wrong(degraded) : .right(degraded.key))
        }
        return findings
    }

    /// Over the last whole minute; nil until there is one, and when there were hardly any frames.
    private mutating func skippedFraction(_ camera: CameraLook, _ now: Date) -> Double? {
        guard var load = loads[camera.camera], camera.analysedFrames >= load.analysed, now >= load.from else {
            loads[camera.camera] = Load(
                from: now, analysed: camera.analysedFrames, skipped: camera.skippedFrames)
            return nil
        }
        guard now.timeIntervalSince(load.from) >= Self.loadSeconds else { return load.fraction }
        let analysed = camera.analysedFrames - load.analysed, skipped = camera.skippedFrames - load.skipped
        let total = analysed + skipped
        load = Load(from: now, analysed: camera.analysedFrames, skipped: camera.skippedFrames)
        load.fraction = total >= Self.minimumFrames ? Double(skipped) / Double(total) : nil
        loads[camera.camera] = load
        return load.fraction
    }

    private mutating func look(_ outbox: [ChannelBacklog], _ now: Date) -> [Finding] {
        var findings: [Finding] = []
        var waiting: Set<String> = []
        for channel in outbox {
            guard let since = channel.waitingSince, now.timeIntervalSince(since) >= limits.outboxStuckSeconds else {
                continue
            }
            waiting.insert(channel.channel)
            findings.append(
                .wrong(.outboxStuck(channel: channel.channel, waiting: channel.waiting, since: since)))
        }
        for channel in Set(outbox.map(\.channel)).union(stuck).subtracting(waiting).sorted() {
            let notice = OperationalNotice.outboxStuck(channel: channel, waiting: 0, since: now)
            findings.append(.right(notice.key))
        }
        stuck = waiting
        return findings
    }
}

extension Watchdog.CameraLook {
    init(_ camera: CameraSupervisor) {
        let statistics = camera.statistics
        self.init(
            camera: camera.id, isOnline: camera.isOnline, lastPacketAt: camera.lastPacketAt,
            pictureChangedAt: camera.pictureChangedAt, analysedFrames: statistics?.analysedFrames ?? 0,
            skippedFrames: statistics?.skippedFrames ?? 0)
    }
}
