import Domain
import Foundation

/// Judges one combination on the signs of the last minutes.
struct CombinationRule: Sendable {
    /// What held: the signs it rests on; none for conditions about times and places.
    private struct Match {
        var entries: [SignLog.Entry] = []

        func joined(_ other: Match) -> Match { Match(entries: entries + other.entries) }
    }

    /// The frame in which it is judged.
    struct Moment {
        var seconds: Double
        var date: Date
        /// Names of the zones in which something is.
        var occupied: Set<String>
    }

    let combination: Combination
    private var used: Set<Int> = []

    init(_ combination: Combination) { self.combination = combination }

    /// How far back the log must reach, in seconds.
    var memorySeconds: Double { 2 * combination.withinSeconds + combination.condition.memorySeconds + 1 }

    mutating func removeAll() { used.removeAll() }

    mutating func assess(_ log: SignLog, _ moment: Moment) -> RuleSign? {
        guard !log.entries.isEmpty else {
            used.removeAll()
            return nil
        }
        let from = moment.seconds - combination.withinSeconds
        guard let match = match(combination.condition, from, moment.seconds, log, moment) else { return nil }
        let numbers = Set(match.entries.map(\.number))
        guard !numbers.isEmpty, !numbers.isSubset(of: used) else { return nil }
        used.formUnion(numbers)
        used.formIntersection(log.entries.map(\.number))
        return sign(match, moment)
    }

    private func match(
        _ condition: Condition, _ from: Double, _ to: Double, _ log: SignLog, _ moment: Moment
    ) -> Match? {
        switch condition {
        case .sign(let pattern):
            return log.entries.last { $0.lastSeconds >= from && $0.seconds <= to && pattern.fits($0.sign) }
                .map { Match(entries: [$0]) }
        case .all(let parts):
            return joint(parts, from, to, log, moment)
        case .any(let parts):
            return parts.lazy.compactMap { match($0, from, to, log, moment) }.first
        case .not(let part):
            return match(part, from, to, log, moment) == nil ? Match() : nil
        case .during(let schedule):
            return schedule.contains(moment.date) ? Match() : nil
        case .occupied(let zone):
            return moment.occupied.contains(zone) ? Match() : nil
        case .sequence(let first, let then, let within):
            return sequence(first, then, within, from, to, log, moment)
        }
    }

    /// What must not have been seen is looked for from as long before the first of the others as they may be apart.
    private func joint(
        _ parts: [Condition], _ from: Double, _ to: Double, _ log: SignLog, _ moment: Moment
    ) -> Match? {
        var all = Match()
        var absent: [Condition] = []
        for part in parts {
            if case .not = part {
                absent.append(part)
                continue
            }
            guard let match = match(part, from, to, log, moment) else { return nil }
            all = all.joined(match)
        }
        let first = all.entries.map(\.seconds).min() ?? to
        let earliest = min(from, first - combination.withinSeconds)
        return absent.allSatisfy { match($0, earliest, to, log, moment) != nil } ? all : nil
    }

    private func sequence(
        _ first: Condition, _ then: Condition, _ within: Double, _ from: Double, _ to: Double, _ log: SignLog,
        _ moment: Moment
    ) -> Match? {
        // Each sign may complete the first part: the latest that the second follows.
        for entry in log.entries.reversed() where entry.seconds <= to && entry.seconds >= from - within {
            let begun = entry.seconds
            guard let start = match(first, begun - combination.withinSeconds, begun, log, moment),
                start.entries.contains(where: { $0.number == entry.number })
            else { continue }
            if case .not(let absent) = then {
                guard to >= begun + within, match(absent, begun, begun + within, log, moment) == nil else { continue }
                return start
            }
            let numbers = Set(start.entries.map(\.number))
            if let end = match(then, begun, min(to, begun + within), log, moment),
                end.entries.contains(where: { !numbers.contains($0.number) && $0.seconds >= begun })
            {
                return start.joined(end)
            }
        }
        return nil
    }

    private func sign(_ match: Match, _ moment: Moment) -> RuleSign {
        let signs = match.entries.map(\.sign)
        var facts = IncidentFacts()
        var tracks: [TrackID] = []
        for sign in signs {
            facts.merge(sign.facts)
            for track in sign.tracks where !tracks.contains(track) { tracks.append(track) }
        }
        let region = signs.dropFirst().reduce(signs[0].region) { $0.union($1.region) }
        return RuleSign(
            kind: .combination, startSeconds: signs.map(\.startSeconds).min() ?? moment.seconds,
            endSeconds: max(signs.map(\.endSeconds).max() ?? moment.seconds, moment.seconds), region: region,
            severity: combination.severity, facts: facts,
            evidence: match.entries.map {
                Evidence(
                    parameter: $0.sign.ruleName ?? $0.sign.kind.rawValue, measured: moment.seconds - $0.lastSeconds,
                    threshold: combination.withinSeconds + combination.condition.memorySeconds, unit: "s ago",
                    kind: .combination)
            }, tracks: tracks, ruleName: combination.name)
    }
}
