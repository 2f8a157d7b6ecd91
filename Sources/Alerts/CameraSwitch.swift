import Domain
import Foundation
import Storage

/// What a broker sees of the cameras and may ask of them. Whatever it switches off comes on again by itself.
struct CameraSwitch: CameraCommands {
    let store: Store
    let trigger: any IncidentTrigger
    let clock: any WallClock
    let answers: AnswerService
    /// The cameras that send packets.
    let online: @Sendable () -> Set<CameraID>

    /// Somebody who forgets to switch a camera on again must not leave it off for ever.
    static let offSeconds = 12.0 * 3600
    static let name = "mqtt"
    /// How often cameras are looked at; that costs a lock each. The database is only read after a change.
    private static let lookSeconds = 1.0

    func state(of cameras: [CameraID], toldThrough channel: String) async -> SiteState? {
        let now = clock.now(), online = online()
        let read = try? await store.perform { store in
            (snoozes: try store.snoozes(at: now), busy: try store.camerasWithIncidents(toldThrough: channel))
        }
        guard let read else { return nil }
        let whole = read.snoozes.filter { $0.zone == nil && $0.kind == nil }
        func isHeld(_ camera: CameraID, _ mode: Snooze.Mode) -> Bool {
            whole.contains { $0.mode == mode && ($0.camera ?? camera) == camera }
        }
        let states = cameras.map { camera in
            (
                camera,
                SiteState.Camera(
                    isOnline: online.contains(camera), isEnabled: !isHeld(camera, .maintenance),
                    isSnoozed: isHeld(camera, .alerts), hasIncident: read.busy.contains(camera))
            )
        }
        return SiteState(
            cameras: Dictionary(states, uniquingKeysWith: { first, _ in first }),
            isSnoozed: whole.contains { $0.mode == .alerts && $0.camera == nil })
    }

    func changes() -> AsyncStream<Void> {
        let (stream, changed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let snoozes = store.changes(of: .snoozes)
        let work = Task { [self] in
            let end = SnoozeEnd(store: store, clock: clock)
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await end.look()
                    for await _ in snoozes {
                        await end.look()
                        changed.yield()
                    }
                }
                group.addTask {
                    var before = online()
                    while (try? await clock.sleep(seconds: Self.lookSeconds)) != nil {
                        let now = online()
                        guard await end.hasPassed() || now != before else { continue }
                        before = now
                        changed.yield()
                    }
                }
            }
        }
        changed.onTermination = { _ in work.cancel() }
        return stream
    }

    func setEnabled(_ camera: CameraID, _ isEnabled: Bool) async throws {
        try await hold(camera, .maintenance, seconds: isEnabled ? 0 : Self.offSeconds)
    }

    func setSnoozed(_ camera: CameraID?, seconds: Double) async throws {
        try await hold(camera, .alerts, seconds: seconds)
    }

    /// - Parameter seconds: 0 ends what holds the whole camera (or, with nil, all of them).
    private func hold(_ camera: CameraID?, _ mode: Snooze.Mode, seconds: Double) async throws {
        let now = clock.now()
        try await store.perform { store in
            let own = try store.snoozes(at: now).filter {
                $0.mode == mode && $0.camera == camera && $0.zone == nil && $0.kind == nil
            }
            guard seconds > 0 else {
                for snooze in own { try store.endSnooze(snooze.id, at: now) }
                return
            }
            // What somebody else asked for, and lasts longer, stands.
            guard !own.contains(where: { $0.until >= now + seconds }) else { return }
            if mode == .maintenance, !own.isEmpty { return }
            try store.add(Snooze(camera: camera, mode: mode, from: now, until: now + seconds, by: Self.name))
        }
    }

    func trigger(_ camera: CameraID, reason: String) async throws {
        _ = try await trigger.trigger(camera: camera, reason: reason, by: Self.name)
    }

    func answer(
        _ camera: CameraID, _ answer: IncidentAnswer, incident: IncidentID?, by: String, toldThrough channel: String
    ) async throws -> String {
        let meant = try await store.perform { store in
            let found =
                try incident.map { try store.incident($0) } ?? store.incidents(.init(camera: camera, limit: 1)).first
            return found?.camera == camera ? found?.id : nil
        }
        guard let meant else { return "there is no such incident of \(camera)" }
        // Nobody vouches for the name; no account has such a one.
        let author = IncidentHandling.Author(by.isEmpty ? Self.name : "\(by) (\(Self.name))", by: .mqtt)
        let given = GivenAnswer(
            channel: channel, recipient: "", author: author, incident: meant, content: .chosen(answer), key: nil)
        return try await answers.take(given)?.text ?? ""
    }
}

/// When the next snooze ends by itself.
private actor SnoozeEnd {
    private let store: Store
    private let clock: any WallClock
    private var next: Date?

    init(store: Store, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    func look() async {
        let now = clock.now()
        next = try? await store.perform { try $0.snoozes(at: now, upcoming: true) }
            .flatMap { [$0.from, $0.until] }.filter { $0 > now }.min()
    }

    /// True once for each end.
    func hasPassed() async -> Bool {
        guard let next, clock.now() >= next else { return false }
        await look()
        return true
    }
}
