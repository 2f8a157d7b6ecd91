import Domain
import ServiceLifecycle
import Settings
import Synchronization

/// All cameras of the daemon; they come and go with the configuration.
final class CameraFleet: Service {
    private let rooms: CameraRooms
    private let members: Mutex<[CameraSupervisor]>
    private let starts: AsyncStream<CameraSupervisor>
    private let start: AsyncStream<CameraSupervisor>.Continuation

    init(_ rooms: CameraRooms) {
        self.rooms = rooms
        (starts, start) = AsyncStream.makeStream()
        let cameras = rooms.configuration.cameras.map { CameraSupervisor($0, rooms: rooms) }
        members = Mutex(cameras)
        for camera in cameras { start.yield(camera) }
    }

    /// In the order of the configuration.
    var cameras: [CameraSupervisor] { members.withLock { $0 } }

    subscript(_ id: CameraID) -> CameraSupervisor? { cameras.first { $0.id == id } }

    /// Until the shutdown; each camera closes its clips.
    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await camera in starts { group.addTask { await camera.run() } }
            }
        } onGracefulShutdown: {
            self.start.finish()
        }
    }

    /// Starts what is new, ends what is gone, and tells the others what has changed for them. A camera whose address
    /// changed is ended and started anew.
    func change(from before: AislewatchConfiguration, to now: AislewatchConfiguration) async {
        let old = Dictionary(cameras.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var next: [CameraSupervisor] = []
        var fresh: [CameraSupervisor] = []
        var kept: [(CameraSupervisor, CameraConfiguration)] = []
        for camera in now.cameras {
            if let member = old[camera.id], !member.needsNewConnection(for: camera) {
                next.append(member)
                kept.append((member, camera))
            } else {
                let member = CameraSupervisor(camera, rooms: rooms)
                next.append(member)
                fresh.append(member)
            }
        }
        let stays = Set(kept.map(\.0.id))
        members.withLock { $0 = next }
        for member in old.values where !stays.contains(member.id) { member.stop() }
        for member in fresh { start.yield(member) }
        for (member, camera) in kept { await member.change(to: camera, from: before) }
    }
}
