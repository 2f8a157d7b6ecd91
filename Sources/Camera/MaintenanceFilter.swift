import Domain
import Storage
import Synchronization

/// During maintenance what the rules see is neither kept nor sent, from an incident's first step to its last. What a person
/// asked for always passes.
final class MaintenanceFilter: Sendable {
    private let store: Store
    private let clock: any WallClock
    private let dropped = Mutex<Set<IncidentID>>([])

    init(store: Store, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Whether the incident counts. When the database can't say, it does.
    func admits(_ event: IncidentEvent) async -> Bool {
        let incident = event.incident
        switch event {
        case .new:
            guard incident.facts.triggeredBy == nil else { return true }
            let now = clock.now()
            let snoozes = (try? await store.perform { try $0.snoozes(at: now) }) ?? []
            guard snoozes.contains(where: { $0.mode == .maintenance && $0.covers(incident) }) else { return true }
            dropped.withLock { _ = $0.insert(incident.id) }
            return false
        case .update: return dropped.withLock { !$0.contains(incident.id) }
        case .end: return dropped.withLock { $0.remove(incident.id) == nil }
        }
    }
}
