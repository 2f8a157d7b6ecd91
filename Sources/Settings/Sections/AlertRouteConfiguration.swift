import Domain

/// One entry of `alerts.routes`: incidents that fit go to these channels. An incident goes to every channel of every
/// route that it fits.
public struct AlertRouteConfiguration: Hashable, Sendable {
    /// Empty: all cameras.
    public var cameras: [CameraID]
    /// Empty: all kinds.
    public var kinds: [IncidentKind]
    /// Default: low, which is all.
    public var minSeverity: Severity
    /// Names of `alerts.channels`.
    public var channels: [String]
    /// Names of zones; empty: all.
    public var zones: [String] = []
    /// When it holds; nil: always.
    public var shift: Shift?
    /// Who is alerted when an incident has not got far enough in time.
    public var escalate: [EscalationConfiguration] = []

    public init(
        cameras: [CameraID] = [], kinds: [IncidentKind] = [], minSeverity: Severity = .low, channels: [String]
    ) {
        self.cameras = cameras
        self.kinds = kinds
        self.minSeverity = minSeverity
        self.channels = channels
    }

    init?(reading section: Section, cameras known: [CameraConfiguration], channels names: [String]) {
        let target = IncidentTarget(reading: section, cameras: known)
        cameras = target.cameras
        kinds = target.kinds
        zones = target.zones
        minSeverity = target.minSeverity
        channels = section.names("channels", known: names, of: "channel names")
        if section.node("channels") == nil {
            section.missing("channels", allowed: "needed: names of alerts.channels")
        }
        shift = section.shift("shift")
        escalate = section.sections("escalate", of: "steps").compactMap {
            EscalationConfiguration(reading: $0, channels: names)
        }
        section.finish()
    }
}

/// Which incidents a route or a playbook is for; what is left out means all.
struct IncidentTarget {
    var cameras: [CameraID]
    var kinds: [IncidentKind]
    var zones: [String]
    var minSeverity: Severity

    init(reading section: Section, cameras known: [CameraConfiguration]) {
        cameras = section.names("cameras", known: known.map(\.id.rawValue), of: "camera ids")
            .compactMap(CameraID.init(rawValue:))
        kinds = section.names("kinds", known: IncidentKind.allCases.map(\.rawValue), of: "kinds of incident")
            .compactMap(IncidentKind.init(rawValue:))
        minSeverity = section.choice("min_severity", default: .low)
        var zoneNames: [String] = []
        for zone in known.flatMap(\.zones) where !zoneNames.contains(zone.name) { zoneNames.append(zone.name) }
        zones = section.names("zones", known: zoneNames, of: "zone names")
    }
}

extension Section {
    /// A list of names, each of which must be known.
    func names(_ key: String, known: [String], of what: String) -> [String] {
        declare(key, .names) { $0.of = what }
        return texts(key, of: what).compactMap { text in
            guard known.contains(text.value) else {
                let allowed = known.isEmpty ? "there are none" : "allowed: \(known.joined(separator: ", "))"
                context.problem(
                    text.mark, found: "\(name(key)) names \"\(ReadingContext.clip(text.value))\"", allowed: allowed,
                    suggestion: NearestKey.find(text.value, in: known))
                return nil
            }
            return text.value
        }
    }
}

/// One entry of a route's `escalate`: who is alerted when the incident has not got far enough in time.
public struct EscalationConfiguration: Hashable, Sendable {
    /// After the incident was announced. 1 to 1440 minutes.
    public var afterMinutes: Double
    /// How far it must be then. Default: acknowledged.
    public var unless: IncidentHandling.Milestone
    /// Names of `alerts.channels`.
    public var channels: [String]

    init?(reading section: Section, channels names: [String]) {
        let after = section.number("after_minutes", in: 1...1440, unit: "minutes")
        if section.node("after_minutes") == nil {
            section.missing("after_minutes", allowed: "needed: minutes after the incident was announced")
        }
        unless = section.choice("unless", default: .acknowledged)
        channels = section.names("channels", known: names, of: "channel names")
        if section.node("channels") == nil {
            section.missing("channels", allowed: "needed: names of alerts.channels")
        }
        section.finish()
        guard let after, !channels.isEmpty else { return nil }
        afterMinutes = after
    }
}
