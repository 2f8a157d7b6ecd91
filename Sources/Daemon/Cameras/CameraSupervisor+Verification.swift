import Domain
import Foundation
import Incidents
import Media
import Verification

extension CameraSupervisor {
    /// Has a new incident verified, beside everything else.
    func verify(_ event: IncidentEvent) {
        guard let verification = rooms.verification, case .new(let incident) = event, verification.wants(incident)
        else { return }
        let shown = bridge.translate(event).incident, ring = recordedRing
        let configuration = rooms.configuration.secondLook
        Task {
            await verification.look(at: incident) {
                // Decoding takes a while and must not hold a thread that others share.
                try await BlockingWork.shared.run {
                    try IncidentFrames.collect(from: ring, shown, count: configuration.frames, maxWidth: 768)
                }
            }
        }
    }

    /// A restart must not renew the rules' budgets of alarms.
    func recallAlarms(_ engine: inout IncidentEngine) async {
        let camera = id, since = rooms.clock.now() - 3600
        let past = (try? await rooms.store.perform { try $0.alarms(camera: camera, since: since) }) ?? []
        for alarm in past { engine.recallAlarm(of: alarm.kind, ruleName: alarm.ruleName, at: alarm.date) }
    }

    /// What people have said is no incident here; asked anew now and then, because they say so while it runs.
    func suppressions() async -> [Suppression] {
        let camera = id
        return (try? await rooms.store.perform { try $0.activeSuppressions(camera: camera) }) ?? []
    }
}
