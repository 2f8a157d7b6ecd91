import Domain
import Foundation

/// At most so many alarms of one rule an hour; then one summary, then silence until the oldest is an hour old.
struct AlarmBudget: Sendable {
    struct Key: Hashable, Sendable {
        var kind: IncidentKind
        var ruleName: String?
    }

    private static let spanSeconds = 3600.0
    private var alarms: [Key: [Date]] = [:]
    private var summarised: Set<Key> = []

    /// Takes an alarm of before the start of this engine into account.
    mutating func recall(_ key: Key, at date: Date) { alarms[key, default: []].append(date) }

    /// Whether an incident of this rule would be an alarm now; changes nothing.
    func hasRoom(_ key: Key, limit: Int, at now: Date) -> Bool { recent(key, now).count < limit }

    /// Decides how loud a new incident is, and remembers it.
    mutating func spend(_ key: Key, limit: Int, at now: Date) -> (alerting: IncidentAlerting, quietUntil: Date?) {
        let past = recent(key, now)
        guard past.count >= limit else {
            alarms[key] = past + [now]
            summarised.remove(key)
            return (.alarm, nil)
        }
        alarms[key] = past
        let until = (past.min() ?? now).addingTimeInterval(Self.spanSeconds)
        return (summarised.insert(key).inserted ? .summary : .silent, until)
    }

    private func recent(_ key: Key, _ now: Date) -> [Date] {
        (alarms[key] ?? []).filter { now.timeIntervalSince($0) < Self.spanSeconds && $0 <= now }
    }
}
