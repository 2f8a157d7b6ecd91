import Domain
import Foundation

/// The combinations of a camera, and the detections of the last minutes on which they judge.
struct Combinations: Sendable {
    private var rules: [CombinationRule]
    private var log = DetectionLog()
    private let memorySeconds: Double

    init(_ combinations: [Combination]) {
        rules = combinations.map(CombinationRule.init)
        memorySeconds = rules.map(\.memorySeconds).max() ?? 0
    }

    /// Forgets everything: time begins anew.
    mutating func restart() {
        log.removeAll()
        for index in rules.indices { rules[index].removeAll() }
    }

    /// - Parameter detections: all that any rule detected in this frame and that counts.
    mutating func assess(_ detections: [Detection], _ ledger: TrackLedger, _ context: RuleContext) -> [Detection] {
        guard !rules.isEmpty else { return [] }
        for detection in detections { log.append(detection, seconds: context.seconds) }
        log.forget(before: context.seconds - memorySeconds)
        guard !log.entries.isEmpty else { return [] }
        let moment = CombinationRule.Moment(
            seconds: context.seconds, date: context.date, occupied: occupied(ledger, context))
        return rules.indices.compactMap { rules[$0].assess(log, moment) }
    }

    private func occupied(_ ledger: TrackLedger, _ context: RuleContext) -> Set<String> {
        var names: Set<String> = []
        for id in ledger.seen {
            guard let region = ledger.histories[id]?.last?.region else { continue }
            let foot = context.foot(region)
            for zone in context.scene.zones where zone.contains(foot, in: context.frameSize) { names.insert(zone.name) }
        }
        return names
    }
}

/// Judges one combination on the detections of the last minutes.
struct CombinationRule: Sendable {
    /// What held: the detections it rests on; none for conditions about times and places.
    private struct Match {
        var entries: [DetectionLog.Entry] = []

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

    mutating func assess(_ log: DetectionLog, _ moment: Moment) -> Detection? {
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
        return detection(match, moment)
    }

    private func match(
        _ condition: Condition, _ from: Double, _ to: Double, _ log: DetectionLog, _ moment: Moment
    ) -> Match? {
        switch condition {
        case .detection(let pattern):
            return log.entries.last { $0.lastSeconds >= from && $0.seconds <= to && pattern.fits($0.detection) }
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
        _ parts: [Condition], _ from: Double, _ to: Double, _ log: DetectionLog, _ moment: Moment
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
        _ first: Condition, _ then: Condition, _ within: Double, _ from: Double, _ to: Double, _ log: DetectionLog,
        _ moment: Moment
    ) -> Match? {
        // Each detection may complete the first part: the latest that the second follows.
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

    private func detection(_ match: Match, _ moment: Moment) -> Detection {
        let detections = match.entries.map(\.detection)
        var facts = IncidentFacts()
        var tracks: [TrackID] = []
        for detection in detections {
            facts.merge(detection.facts)
            for track in detection.tracks where !tracks.contains(track) { tracks.append(track) }
        }
        let region = detections.dropFirst().reduce(detections[0].region) { $0.union($1.region) }
        return Detection(
            kind: .combination, startSeconds: detections.map(\.startSeconds).min() ?? moment.seconds,
            endSeconds: max(detections.map(\.endSeconds).max() ?? moment.seconds, moment.seconds), region: region,
            severity: combination.severity, facts: facts,
            evidence: match.entries.map {
                Evidence(
                    parameter: $0.detection.ruleName ?? $0.detection.kind.rawValue,
                    measured: moment.seconds - $0.lastSeconds,
                    threshold: combination.withinSeconds + combination.condition.memorySeconds, unit: "s ago",
                    kind: .combination, direction: .atMost)
            }, tracks: tracks, ruleName: combination.name)
    }
}

/// The detections of the last minutes, for combinations. One that is repeated stays one entry.
struct DetectionLog: Sendable {
    struct Entry: Sendable {
        let number: Int
        var detection: Detection
        /// When it was first seen by the rule, and last.
        var seconds: Double
        var lastSeconds: Double
    }

    private static let maxEntries = 256
    private(set) var entries: [Entry] = []
    private var count = 0

    mutating func append(_ detection: Detection, seconds: Double) {
        if let index = entries.lastIndex(where: {
            $0.detection.kind == detection.kind && $0.detection.ruleName == detection.ruleName
                && $0.detection.tracks.first == detection.tracks.first
                && seconds - $0.lastSeconds <= 30
        }) {
            entries[index].detection = detection
            entries[index].lastSeconds = seconds
            return
        }
        count += 1
        entries.append(Entry(number: count, detection: detection, seconds: seconds, lastSeconds: seconds))
    }

    mutating func forget(before seconds: Double) {
        if let first = entries.first, first.lastSeconds < seconds { entries.removeAll { $0.lastSeconds < seconds } }
        if entries.count > Self.maxEntries { entries.removeFirst(entries.count - Self.maxEntries) }
    }

    mutating func removeAll() { entries.removeAll() }
}

extension DetectionPattern {
    func fits(_ detection: Detection) -> Bool {
        (kind == nil || kind == detection.kind) && (ruleName == nil || ruleName == detection.ruleName)
            && (zone == nil || zone == detection.facts.zoneName || zone == detection.facts.fromZoneName)
    }
}
