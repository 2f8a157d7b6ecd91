import Domain
import Yams

/// Reads `rules.combinations`: detections that together are an incident, as in `all: [{sees: spill}, {during: nights}]`.
enum CombinationReader {
    private static let maxDepth = 8

    static func list(_ rules: Section, _ reading: RuleSurroundings) -> [Combination] {
        rules.sections("combinations", of: "combinations").compactMap { section in
            let name = reading.name(section)
            let within = section.number("within_seconds", default: 10, in: 0.1...3600, unit: "seconds")
            var policy = RulePolicy()
            policy.alarmsPerHour = section.integer("alarms_per_hour", in: 0...1000, unit: "alarms")
            policy.schedule = reading.schedule(section)
            let severity: Severity = section.choice("severity", default: .medium)
            let cameras = reading.cameras(section)
            if section.node("when") == nil {
                section.missing("when", allowed: "needed: a condition, as in when: {sees: spill}")
            }
            let when = section.node("when").flatMap {
                condition($0.node, "\(section.path).when", section, reading, 0)
            }
            section.finish()
            guard let name, let when else { return nil }
            var combination = Combination(
                name: name, condition: when, withinSeconds: within, severity: severity, policy: policy)
            combination.cameras = cameras
            return combination
        }
    }

    /// One condition: a mapping with exactly one of the words below.
    private static func condition(
        _ node: Node, _ path: String, _ parent: Section, _ reading: RuleSurroundings, _ depth: Int
    ) -> Condition? {
        let section = Section(path: path, node: node, context: parent.context, parent: parent.mark)
        guard section.isPresent, case .mapping = node else { return nil }
        guard depth < maxDepth else {
            section.context.problem(
                section.mark, found: "\(path) is nested too deeply", allowed: "at most \(maxDepth) levels")
            return nil
        }
        let words = ["sees", "all", "any", "not", "first", "during", "occupied"]
        let given = words.filter { section.node($0) != nil }
        defer { section.finish() }
        guard given.count == 1, let word = given.first else {
            _ = ["zone", "rule", "then", "within_seconds"].map { section.node($0) }
            section.context.problem(
                section.mark,
                found: given.isEmpty
                    ? "\(path) says no condition" : "\(path) says \(given.joined(separator: " and ")) at once",
                allowed: "exactly one of \(words.joined(separator: ", ")); join several with all or any")
            return nil
        }
        switch word {
        case "sees": return sees(section, reading)
        case "all", "any":
            let parts = section.items(word, of: "conditions")
            let read = parts.compactMap { condition($0.node, $0.path, section, reading, depth + 1) }
            guard !parts.isEmpty, read.count == parts.count else { return nil }
            return word == "all" ? .all(read) : .any(read)
        case "not":
            return section.node("not").flatMap { condition($0.node, "\(path).not", section, reading, depth + 1) }
                .map { .not($0) }
        case "during": return reading.schedule(section).map { .during($0) }
        case "occupied":
            guard let zone = section.text("occupied"), reading.isZone(zone, section, "occupied") else { return nil }
            return .occupied(zone: zone.value)
        default: return sequence(section, path, reading, depth)
        }
    }

    private static func sequence(_ section: Section, _ path: String, _ reading: RuleSurroundings, _ depth: Int)
        -> Condition?
    {
        let within = section.number("within_seconds", in: 0.1...3600, unit: "seconds")
        if section.node("within_seconds") == nil {
            section.missing("within_seconds", allowed: "needed: how long after \"first\" the \"then\" may come")
        }
        if section.node("then") == nil { section.missing("then", allowed: "needed beside \"first\": what follows") }
        let first = section.node("first").flatMap { condition($0.node, "\(path).first", section, reading, depth + 1) }
        let then = section.node("then").flatMap { condition($0.node, "\(path).then", section, reading, depth + 1) }
        guard let first, let then, let within else { return nil }
        return .sequence(first: first, then: then, withinSeconds: within)
    }

    private static func sees(_ section: Section, _ reading: RuleSurroundings) -> Condition? {
        // Combinations of combinations would depend on their order.
        let kinds = IncidentKind.allCases.filter { $0 != .combination && $0 != .manual }.map(\.rawValue)
        let zone = section.text("zone")
        let rule = section.text("rule")
        guard let text = section.text("sees", allowed: kinds.joined(separator: ", ")) else { return nil }
        if let zone, !reading.isZone(zone, section, "zone") { return nil }
        guard kinds.contains(text.value), let kind = IncidentKind(rawValue: text.value) else {
            section.refuse(
                "sees", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
                allowed: kinds.joined(separator: ", "), suggestion: NearestKey.find(text.value, in: kinds))
            return nil
        }
        return .detection(DetectionPattern(kind: kind, ruleName: rule?.value, zone: zone?.value))
    }
}
