import Domain
import Foundation
import Storage

/// Acknowledgements, snoozes and suppressions as the database keeps them.
struct StoredSilence: SilenceDesk {
    let store: Store
    let clock: any WallClock

    func acknowledge(_ incident: IncidentID, by: String) async throws {
        let now = clock.now()
        _ = try await store.perform { try $0.acknowledge(incident, by: by, at: now) }
    }

    func snoozes() async throws -> [Snooze] {
        let now = clock.now()
        return try await store.perform { try $0.snoozes(at: now) }
    }

    func add(_ snooze: Snooze) async throws -> Snooze { try await store.perform { try $0.add(snooze) } }

    func endSnooze(_ id: Int64) async throws -> Bool {
        let now = clock.now()
        return try await store.perform { try $0.endSnooze(id, at: now) }
    }

    func suppressions() async throws -> [SuppressionView] {
        try await store.perform { try $0.activeSuppressions() }.map(Self.view)
    }

    func suppress(_ incident: Incident, until: Date, by: String) async throws -> SuppressionView {
        let suppression = Suppression(of: incident, from: clock.now(), until: until, by: by)
        return Self.view(try await store.perform { try $0.addSuppression(suppression) })
    }

    func endSuppression(_ id: Int64, by: String) async throws -> Bool {
        try await store.perform { try $0.removeSuppression(id, by: by) }
    }

    private static func view(_ suppression: Suppression) -> SuppressionView {
        let size = suppression.frameSize
        let region = suppression.region.flatMap { region -> [Double]? in
            guard size.width > 0, size.height > 0 else { return nil }
            let width = Double(size.width), height = Double(size.height)
            return [
                Double(region.x) / width, Double(region.y) / height, Double(region.width) / width,
                Double(region.height) / height,
            ]
        }
        return SuppressionView(
            id: suppression.id, camera: suppression.camera,
            rule: suppression.ruleName ?? suppression.kind?.rawValue ?? "all", region: region,
            until: suppression.untilDate, createdBy: suppression.by, createdAt: suppression.createdDate)
    }
}
