import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// Acknowledgements, snoozes, suppressions.
struct SilenceRoutes: Sendable {
    let api: APIRouter
    let incidents: IncidentRoutes

    private struct NewSnooze: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case minutes, camera, kind, reason }
        static let nullable: Set<String> = ["camera", "kind"]
        var minutes: Double
        var camera: String?
        var kind: String?
        var reason: String?

        func check() throws {
            try APIError.check(minutes, CodingKeys.minutes, 0...10_080, isAbove: true)
            try APIError.check(camera, CodingKeys.camera, length: 0...64)
            try APIError.check(kind, CodingKeys.kind, length: 0...64)
            try APIError.check(reason, CodingKeys.reason, length: 0...200)
        }

        func snooze(from now: Date, by: String) throws -> Snooze {
            let camera = try camera.map { text in
                guard let camera = CameraID(rawValue: text) else {
                    throw APIError.unprocessable("There is no such camera.")
                }
                return camera
            }
            let kind = try kind.map { text in
                guard let kind = IncidentKind(rawValue: text) else {
                    throw APIError.unprocessable("There is no such kind.")
                }
                return kind
            }
            return Snooze(
                camera: camera, kind: kind, from: now, until: now + minutes * 60, by: by, reason: reason ?? "")
        }
    }

    private struct SnoozeView: Encodable {
        var id: String
        var camera: CameraID?
        var kind: IncidentKind?
        var until: Date
        var reason: String
        var createdBy: String

        init(_ snooze: Snooze) {
            id = String(snooze.id)
            camera = snooze.camera
            kind = snooze.kind
            until = snooze.until
            reason = snooze.reason
            createdBy = snooze.by
        }
    }

    private struct PlaceView: Encodable {
        var id: String
        var camera: CameraID
        var rule: String
        var region: [Double]?
        var until: Date
        var createdBy: String
        var createdAt: Date

        init(_ place: SuppressionView) {
            id = String(place.id)
            camera = place.camera
            rule = place.rule
            region = place.region
            until = place.until
            createdBy = place.createdBy
            createdAt = place.createdAt
        }
    }

    /// "For ever" in a database that wants a date.
    private static let farSeconds = 100.0 * 365 * 86_400

    private func desk() throws -> any SilenceDesk {
        guard let desk = api.services.silence else { throw APIError.notAvailable("This is not available here.") }
        return desk
    }

    func add() {
        api.on(.post, "/incidents/{incident}/acknowledgement", role: .operator) { call in
            let desk = try desk(), incident = try await incidents.known(call), who = call.principal.name
            try await desk.acknowledge(incident.id, by: who)
            return try await incidents.changed(call, incident, "incident.acknowledge")
        }
        api.on(.post, "/incidents/{incident}/suppress", role: .operator) { call in
            let hours = try await call.body(HoursBody.self).hours, desk = try desk()
            let incident = try await incidents.known(call), who = call.principal.name
            let until = api.clock.now() + (hours.map { $0 * 3600 } ?? Self.farSeconds)
            let place = try await desk.suppress(incident, until: until, by: who)
            await api.audit(call, "incident.suppress", incident.id.rawValue, "\(place.rule), until \(place.until)")
            return .json(PlaceView(place), status: .created)
        }
        api.on(.get, "/suppressions", role: .viewer) { _ in
            struct View: Encodable { var suppressions: [PlaceView] }
            let all = try await api.services.silence?.suppressions() ?? []
            return .json(View(suppressions: all.map(PlaceView.init)))
        }
        api.on(.delete, "/suppressions/{suppression}", role: .operator) { call in
            let desk = try desk(), who = call.principal.name
            guard let id = Int64(call.parameter("suppression")), try await desk.endSuppression(id, by: who) else {
                throw APIError.notFound("There is no such suppression.")
            }
            await api.audit(call, "suppression.remove", String(id))
            return .done
        }
        api.on(.get, "/snoozes", role: .viewer) { _ in
            struct View: Encodable { var snoozes: [SnoozeView] }
            let all = try await api.services.silence?.snoozes() ?? []
            return .json(View(snoozes: all.map(SnoozeView.init)))
        }
        api.on(.post, "/snoozes", role: .operator) { call in
            let new = try await call.body(NewSnooze.self), desk = try desk()
            let snooze = try new.snooze(from: api.clock.now(), by: call.principal.name)
            let kept = try await desk.add(snooze)
            await api.audit(call, "snooze.create", new.camera ?? "all cameras", "\(new.minutes) min. \(snooze.reason)")
            return .json(SnoozeView(kept), status: .created)
        }
        api.on(.delete, "/snoozes/{snooze}", role: .operator) { call in
            let desk = try desk()
            guard let id = Int64(call.parameter("snooze")), try await desk.endSnooze(id) else {
                throw APIError.notFound("There is no such snooze.")
            }
            await api.audit(call, "snooze.end", String(id))
            return .done
        }
    }
}

/// For how long something holds.
struct HoursBody: APIBody {
    enum CodingKeys: String, CodingKey, CaseIterable { case hours }
    var hours: Double?

    func check() throws { try APIError.check(hours, CodingKeys.hours, 0...8760, isAbove: true) }
}
