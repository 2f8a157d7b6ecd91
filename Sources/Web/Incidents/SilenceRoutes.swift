import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Storage

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

        /// - Parameter cameras: Those that there are.
        func snooze(from now: Date, by: String, cameras: [CameraView]) throws -> Snooze {
            let camera = try camera.map { text in
                guard let camera = cameras.first(where: { $0.id.rawValue == text })?.id else {
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

    private struct SuppressionView: Encodable {
        var id: String
        var camera: CameraID
        var rule: String
        /// Left, top, width and height as fractions of the picture; nil is the whole picture.
        var region: [Double]?
        var until: Date
        var createdBy: String
        var createdAt: Date

        init(_ suppression: Suppression) {
            id = String(suppression.id)
            camera = suppression.camera
            rule = SilenceRoutes.rule(of: suppression)
            let size = suppression.frameSize
            if let place = suppression.region, size.width > 0, size.height > 0 {
                let width = Double(size.width), height = Double(size.height)
                region = [
                    Double(place.x) / width, Double(place.y) / height, Double(place.width) / width,
                    Double(place.height) / height,
                ]
            }
            until = suppression.untilDate
            createdBy = suppression.by
            createdAt = suppression.createdDate
        }
    }

    /// The rule's or the kind's name.
    static func rule(of suppression: Suppression) -> String {
        suppression.ruleName ?? suppression.kind?.rawValue ?? "all"
    }

    /// "For ever" in a database that wants a date.
    private static let farSeconds = 100.0 * 365 * 86_400

    func add() {
        let store = api.services.store, clock = api.clock
        api.on(.post, "/incidents/{incident}/acknowledgement", role: .operator) { call in
            let incident = try await incidents.known(call), now = clock.now()
            // The first one counts.
            _ = try await store.perform { try $0.acknowledge(incident.id, by: call.principal.name, at: now) }
            return try await incidents.changed(call, incident, "incident.acknowledge")
        }
        api.on(.post, "/incidents/{incident}/suppress", role: .operator) { call in
            let hours = try await call.body(HoursBody.self).hours
            let incident = try await incidents.known(call), now = clock.now()
            let suppression = Suppression(
                of: incident, from: now, until: now + (hours.map { $0 * 3600 } ?? Self.farSeconds),
                by: call.principal.name)
            let kept = SuppressionView(try await store.perform { try $0.addSuppression(suppression) })
            await api.audit(call, "incident.suppress", incident.id.rawValue, "\(kept.rule), until \(kept.until)")
            return .json(kept, status: .created)
        }
        api.on(.get, "/suppressions", role: .viewer) { call in
            struct View: Encodable { var suppressions: [SuppressionView] }
            let all = try await store.perform { try $0.activeSuppressions() }
            return .json(View(suppressions: all.filter { call.principal.sees($0.camera) }.map(SuppressionView.init)))
        }
        api.on(.delete, "/suppressions/{suppression}", role: .operator) { call in
            guard let id = Int64(call.parameter("suppression")),
                try await store.perform({ try $0.activeSuppressions() }).contains(where: {
                    $0.id == id && call.principal.sees($0.camera)
                }),
                try await store.perform({ try $0.removeSuppression(id, by: call.principal.name) })
            else { throw APIError.notFound("There is no such suppression.") }
            await api.audit(call, "suppression.remove", String(id))
            return .done
        }
        api.on(.get, "/snoozes", role: .viewer) { call in
            struct View: Encodable { var snoozes: [SnoozeView] }
            let now = clock.now(), all = try await store.perform { try $0.snoozes(at: now) }
            return .json(View(snoozes: all.filter { call.principal.sees($0.camera) }.map(SnoozeView.init)))
        }
        api.on(.post, "/snoozes", role: .operator) { call in
            let new = try await call.body(NewSnooze.self)
            if new.camera == nil { try call.needsEveryCamera() }
            let snooze = try new.snooze(
                from: clock.now(), by: call.principal.name,
                cameras: (api.services.feed?.cameras() ?? []).filter { call.principal.sees($0.id) })
            let kept = try await store.perform { try $0.add(snooze) }
            await api.audit(call, "snooze.create", new.camera ?? "all cameras", "\(new.minutes) min. \(snooze.reason)")
            return .json(SnoozeView(kept), status: .created)
        }
        api.on(.delete, "/snoozes/{snooze}", role: .operator) { call in
            let now = clock.now()
            guard let id = Int64(call.parameter("snooze")),
                let snooze = try await store.perform({ try $0.snoozes(at: now, upcoming: true) }).first(where: {
                    $0.id == id && call.principal.sees($0.camera)
                })
            else { throw APIError.notFound("There is no such snooze.") }
            if snooze.camera == nil { try call.needsEveryCamera() }
            guard try await store.perform({ try $0.endSnooze(id, at: now) })
            else { throw APIError.notFound("There is no such snooze.") }
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
