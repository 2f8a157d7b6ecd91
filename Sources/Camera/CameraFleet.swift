import Domain
import ServiceLifecycle
import Settings
import Synchronization

/// All cameras of the daemon; they come and go with the configuration.
public final class CameraFleet: Service, IncidentTrigger {
    /// What people marked before them.
    public let targets: TrackedTargets
    /// How often the network looks, as a part of what is configured.
    public var share: AnalysisShare { context.share }
    private let context: CameraContext
    private let all: Mutex<[CameraSupervisor]>
    private let starts: AsyncStream<CameraSupervisor>
    private let start: AsyncStream<CameraSupervisor>.Continuation

    public init(_ context: CameraContext, targets: TrackedTargets) {
        self.context = context
        self.targets = targets
        (starts, start) = AsyncStream.makeStream()
        let cameras = context.configuration().cameras.map {
            CameraSupervisor($0, context: context, targets: targets)
        }
        all = Mutex(cameras)
        targets.show(cameras)
        for camera in cameras { start.yield(camera) }
    }

    /// In the order of the configuration.
    public var members: [CameraSupervisor] { all.withLock { $0 } }

    public subscript(_ id: CameraID) -> CameraSupervisor? { members.first { $0.id == id } }

    /// Until the shutdown; each camera closes its clips.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await camera in starts { group.addTask { await camera.run() } }
            }
        } onGracefulShutdown: {
            self.stop()
        }
        // After ``stop()`` its turn may still be to come, and a group takes an early return for a failure.
        try? await gracefulShutdown()
    }

    /// Ends all cameras at once; ``run()`` returns when their clips are closed.
    public func stop() {
        start.finish()
        for camera in members { camera.stop() }
    }

    /// Starts what is new, ends what is gone, and gives the others what has changed for them. A camera whose address
    /// changed is ended and started anew.
    public func change(from before: AislewatchConfiguration, to now: AislewatchConfiguration) async {
        let old = Dictionary(members.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var next: [CameraSupervisor] = []
        var fresh: [CameraSupervisor] = []
        var kept: [(CameraSupervisor, CameraConfiguration)] = []
        for camera in now.cameras {
            if let member = old[camera.id], !member.needsNewConnection(for: camera) {
                next.append(member)
                kept.append((member, camera))
            } else {
                let member = CameraSupervisor(camera, context: context, targets: targets)
                next.append(member)
                fresh.append(member)
            }
        }
        let stays = Set(kept.map(\.0.id))
        all.withLock { $0 = next }
        targets.show(next)
        for member in old.values where !stays.contains(member.id) { member.stop() }
        for member in fresh { start.yield(member) }
        for (member, camera) in kept { await member.change(to: camera, from: before) }
    }

    public func trigger(
        camera id: CameraID, kind: IncidentKind, severity: Severity, reason: String, by: String
    ) async throws -> IncidentID {
        guard let camera = self[id] else { throw IncidentTriggerError.unknownCamera(id) }
        return try await camera.trigger(kind: kind, severity: severity, reason: reason, by: by)
    }
}
