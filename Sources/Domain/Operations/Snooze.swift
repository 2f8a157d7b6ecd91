public import Foundation

/// A time in which nobody wants to hear of something: it ends by itself.
public struct Snooze: Hashable, Sendable, Codable {
    public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
        /// Incidents are recorded as always, but nobody is told.
        case alerts
        /// People work there: neither incidents nor notices of the camera are kept or told.
        case maintenance
    }

    /// Given by the store; 0 before.
    public var id: Int64
    /// Nil: every camera.
    public var camera: CameraID?
    /// The zone's name; nil: every zone.
    public var zone: String?
    /// Nil: every rule.
    public var kind: IncidentKind?
    public var mode: Mode
    public var from: Date
    /// From this moment on everything is as before.
    public var until: Date
    /// Who asked for it: a user, `api`, `mqtt` or `cli`.
    public var by: String
    /// Why, in the words of the person; may be empty.
    public var reason: String

    public init(
        id: Int64 = 0, camera: CameraID? = nil, zone: String? = nil, kind: IncidentKind? = nil, mode: Mode = .alerts,
        from: Date, until: Date, by: String, reason: String = ""
    ) {
        self.id = id
        self.camera = camera
        self.zone = zone
        self.kind = kind
        self.mode = mode
        self.from = from
        self.until = until
        self.by = by
        self.reason = reason
    }

    public func isActive(at date: Date) -> Bool { from <= date && date < until }

    /// Whether an incident is within it, whatever the time. An incident whose zone is unknown is in no zone.
    public func covers(_ incident: Incident) -> Bool {
        (camera == nil || camera == incident.camera)
            && (kind == nil || incident.kinds.allSatisfy { $0 == kind })
            && (zone == nil || zone == incident.facts.zoneName || zone == incident.facts.fromZoneName)
    }

    /// Whether a notice is within it, whatever the time: only those of a camera that is snoozed as a whole.
    public func covers(_ notice: OperationalNotice) -> Bool {
        guard zone == nil, kind == nil, let subject = notice.camera else { return false }
        return camera == nil || camera == subject
    }
}

/// Somebody has seen an incident and takes care of it: nothing escalates any more.
public struct Acknowledgement: Hashable, Sendable, Codable {
    public var incident: IncidentID
    /// A user's name, `link` for the page behind an alert's link, or `cli`.
    public var by: String
    public var at: Date

    public init(incident: IncidentID, by: String, at: Date) {
        self.incident = incident
        self.by = by
        self.at = at
    }
}
