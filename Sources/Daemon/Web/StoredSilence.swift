import Domain
import Foundation
import Storage

/// Acknowledgements, snoozes and suppressions as the database keeps them.
struct StoredSilence: SilenceDesk {
    let store: Store
    let clock: any WallClock

    func acknowledge(_ incident: IncidentID, by: String) throws {
        _ = try store.acknowledge(incident, by: by, at: clock.now())
    }

    func acknowledgement(of incident: IncidentID) throws -> Acknowledgement? {
        try store.acknowledgement(of: incident)
    }

    func snoozes() throws -> [Snooze] { try store.snoozes(at: clock.now()) }

    func add(_ snooze: Snooze) throws -> Snooze { try store.add(snooze) }

    func endSnooze(_ id: Int64) throws -> Bool { try store.endSnooze(id, at: clock.now()) }

    func suppressions() throws -> [SuppressionView] { try store.activeSuppressions().map(Self.view) }

    func suppress(_ incident: Incident, until: Date, by: String) throws -> SuppressionView {
        Self.view(
            try store.addSuppression(Suppression(of: incident, from: clock.now(), until: until, by: by)))
    }

    func endSuppression(_ id: Int64, by: String) throws -> Bool { try store.removeSuppression(id, by: by) }

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
