public import Domain
public import Foundation

/// Decides what of the installation a person should know, from what it is shown at each look. Pure.
public struct Watchdog {
    /// What one camera looks like now.
    public struct CameraLook: Hashable, Sendable {
        var camera: CameraID
        var isOnline: Bool
        var lastPacketAt: Date?
        var pictureChangedAt: Date?
        var analysedFrames: Int
        var skippedFrames: Int

        /// - Parameters:
        ///   - lastPacketAt: Nil: nothing has come in yet.
        ///   - pictureChangedAt: When the picture last changed; nil: not known.
        ///   - analysedFrames: Counted since the analysis began; as the skipped ones.
        public init(
            camera: CameraID, isOnline: Bool, lastPacketAt: Date?, pictureChangedAt: Date?, analysedFrames: Int,
            skippedFrames: Int
        ) {
            self.camera = camera
            self.isOnline = isOnline
            self.lastPacketAt = lastPacketAt
            self.pictureChangedAt = pictureChangedAt
            self.analysedFrames = analysedFrames
            self.skippedFrames = skippedFrames
        }
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
    /// When the first camera was found to be too much for the machine.
    private var overloadedSince: Date?
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
        let findings = gone.flatMap { forget($0, now) } + cameras.flatMap { look($0, now) }
        return findings + lookAtLoad(cameras, now) + look(outbox, now)
    }

    /// What was wrong with a camera that is no longer configured is of no interest any more.
    private mutating func forget(_ camera: CameraID, _ now: Date) -> [Finding] {
        loads[camera] = nil
        return [
            .right(OperationalNotice.cameraOffline(camera, since: now).key),
            .right(OperationalNotice.pictureFrozen(camera, since: now).key),
        ]
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
        measureLoad(camera, now)
        return findings
    }

    /// One finding for the site: the machine is too slow, whichever of its cameras show it. When the first one does, the others
    /// get the rest of their minute, so that the notice names all that are concerned.
    private mutating func lookAtLoad(_ cameras: [CameraLook], _ now: Date) -> [Finding] {
        // What an earlier version had open, a notice for each camera.
        let earlier = cameras.map {
            Finding.right(OperationalNotice.analysisDegraded($0.camera, skippedFraction: 0).key)
        }
        let overloaded = cameras.map(\.camera).filter { (loads[$0]?.fraction ?? 0) > limits.maxSkippedFraction }
        let fractions = overloaded.compactMap { loads[$0]?.fraction }
        let notice = OperationalNotice.analysisOverloaded(cameras: overloaded, skippedFraction: fractions.max() ?? 0)
        guard !overloaded.isEmpty else {
            overloadedSince = nil
            // Not known is not right.
            let isKnown = loads.values.contains { $0.fraction != nil }
            return earlier + (isKnown ? [.right(notice.key)] : [])
        }
        let since = overloadedSince ?? now
        overloadedSince = since
        let isComplete = loads.values.allSatisfy { $0.from >= since }
        guard isComplete || now.timeIntervalSince(since) >= Self.loadSeconds else { return earlier }
        return earlier + [.wrong(notice)]
    }

    /// Over the last whole minute; nothing is known until there is one, and when there were hardly any frames.
    private mutating func measureLoad(_ camera: CameraLook, _ now: Date) {
        guard var load = loads[camera.camera], camera.analysedFrames >= load.analysed, now >= load.from else {
            loads[camera.camera] = Load(
                from: now, analysed: camera.analysedFrames, skipped: camera.skippedFrames)
            return
        }
        guard now.timeIntervalSince(load.from) >= Self.loadSeconds else { return }
        let analysed = camera.analysedFrames - load.analysed, skipped = camera.skippedFrames - load.skipped
        let total = analysed + skipped
        load = Load(from: now, analysed: camera.analysedFrames, skipped: camera.skippedFrames)
        load.fraction = total >= Self.minimumFrames ? Double(skipped) / Double(total) : nil
        loads[camera.camera] = load
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
