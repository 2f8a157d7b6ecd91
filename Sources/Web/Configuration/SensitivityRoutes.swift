import Domain
import Foundation
import Hummingbird
import Storage

/// What the rules of a camera reported lately, and at which sensitivity they still would have.
struct SensitivityRoutes: Sendable {
    let api: APIRouter

    private static let days = 1.0...31.0

    private struct Report: Encodable {
        struct Rule: Encodable {
            var kind: IncidentKind
            var incidents: [Reported]
        }

        struct Reported: Encodable {
            var id: IncidentID
            var startDate: Date
            var leastFactor: Double
        }

        var since: Date
        var rules: [Rule]
    }

    func add() {
        let services = api.services, clock = api.clock
        api.on(.get, "/cameras/{camera}/sensitivity", role: .admin) { call in
            guard let leastFactor = services.leastFactor else { throw APIError.notAvailable("No rule judges here.") }
            guard let camera = CameraID(rawValue: call.parameter("camera")),
                services.feed?.cameras().contains(where: { $0.id == camera }) == true
            else { throw APIError.notFound("There is no such camera.") }
            let days = try call.number("days", Self.days) ?? 7
            let since = clock.now().addingTimeInterval(-days * 86_400)
            let incidents = try await services.store.perform {
                try $0.incidents(IncidentFilter(since: since, camera: camera, limit: nil))
            }
            let rules = services.rules.filter { !$0.isListed }.map { rule in
                Report.Rule(
                    kind: rule.kind,
                    incidents: incidents.filter { $0.kinds.contains(rule.kind) }.map { incident in
                        let least = leastFactor(incident.evidence, rule.kind)
                        return .init(id: incident.id, startDate: incident.startDate, leastFactor: least)
                    })
            }
            return .json(Report(since: since, rules: rules))
        }
    }
}
