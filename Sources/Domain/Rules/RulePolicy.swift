/// When a rule counts and how loud it may be.
public struct RulePolicy: Hashable, Sendable, Codable {
    /// Outside of these times the rule is off; nil: always on.
    public var schedule: WeekSchedule?
    /// At most so many alarms an hour, then one summary; the incidents are still recorded. Nil: ``usualAlarmsPerHour``.
    public var alarmsPerHour: Int?
    /// Instead of the rule's own judgement.
    public var severity: Severity?

    public static let usualAlarmsPerHour = 12

    public init(schedule: WeekSchedule? = nil, alarmsPerHour: Int? = nil, severity: Severity? = nil) {
        self.schedule = schedule
        self.alarmsPerHour = alarmsPerHour
        self.severity = severity
    }
}
