/// One entry of a route's `escalate`: who is told when nobody has acknowledged.
public struct EscalationConfiguration: Hashable, Sendable {
    /// After the incident was announced. 1 to 1440 minutes.
    public var afterMinutes: Double
    /// Names of `alerts.channels`.
    public var channels: [String]

    init?(reading section: Section, channels names: [String]) {
        let after = section.number("after_minutes", in: 1...1440, unit: "minutes")
        if section.node("after_minutes") == nil {
            section.missing("after_minutes", allowed: "needed: minutes without an acknowledgement")
        }
        channels = section.names("channels", known: names, of: "channel names")
        if section.node("channels") == nil {
            section.missing("channels", allowed: "needed: names of alerts.channels")
        }
        section.finish()
        guard let after, !channels.isEmpty else { return nil }
        afterMinutes = after
    }
}
