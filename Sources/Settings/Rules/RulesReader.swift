import Domain
import Foundation
import Incidents
import Yams

/// Reads `rules`, by what the rules declare.
enum RulesReader {
    static func read(
        _ section: Section, registry: RuleRegistry, timeZone: TimeZone, cameras: [CameraConfiguration]
    ) -> RuleSettings {
        let surroundings = RuleSurroundings(
            timeZone: timeZone, cameras: cameras, schedules: section.section("schedules"))
        var settings = RuleSettings()
        for entry in registry.entries where !entry.description.isListed {
            let kind = entry.description.kind
            let rule = section.section(kind.rawValue)
            let policy = surroundings.policy(rule)
            if policy != RulePolicy() { settings.policies[kind] = policy }
            entry.set(&settings, rule.values(of: entry.description.parameters))
            rule.finish()
        }
        for camera in cameras {
            for (kind, sensitivity) in camera.sensitivity {
                if let rule = registry[kind] { settings.set(sensitivity, of: rule, for: camera.id) }
            }
        }
        let merge = section.section("merge")
        settings.merge = MergeSettings(values: merge.values(of: MergeSettings.parameters))
        merge.finish()
        settings.scene = SceneChangeSettings(values: section.values(of: SceneChangeSettings.parameters))
        settings.zoneEntries = list(section, surroundings)
        settings.lineCrossings = list(section, surroundings)
        settings.dwells = list(section, surroundings)
        settings.combinations = CombinationReader.list(section, surroundings)
        section.finish()
        warnOfRulesWithoutPlace(settings, registry, cameras, section)
        warnOfCombinationsOfNothing(settings, registry, section)
        return settings
    }

    /// A combination that waits for what a rule that is off would see never fires.
    private static func warnOfCombinationsOfNothing(
        _ settings: RuleSettings, _ registry: RuleRegistry, _ section: Section
    ) {
        func isOn(_ pattern: DetectionPattern) -> Bool {
            guard let kind = pattern.kind else { return true }
            guard let entry = registry[kind] else { return false }
            if entry.description.isListed { return settings.has(kind, name: pattern.ruleName) }
            return entry.values(settings)["enabled"] != .flag(false)
        }
        func canHold(_ condition: Condition) -> Bool {
            switch condition {
            case .detection(let pattern): isOn(pattern)
            case .all(let parts): parts.allSatisfy(canHold)
            case .any(let parts): parts.contains(where: canHold)
            case .sequence(let first, let then, _): canHold(first) && canHold(then)
            case .not, .during, .occupied: true
            }
        }
        for combination in settings.combinations where !canHold(combination.condition) {
            section.context.warning(
                section.node("combinations")?.mark ?? section.mark,
                found: "rules.combinations \"\(combination.name)\" can never fire",
                allowed: "a rule that it needs is off, or there is none of that name")
        }
    }

    /// A rule that is on and can fire nowhere looks like one that watches. Rules that are on by themselves, at a site that has
    /// not drawn a zone yet, are what they are everywhere.
    private static func warnOfRulesWithoutPlace(
        _ settings: RuleSettings, _ registry: RuleRegistry, _ cameras: [CameraConfiguration], _ section: Section
    ) {
        guard !cameras.isEmpty else { return }
        for entry in registry.entries {
            let kind = entry.description.kind.rawValue
            guard section.node(kind) != nil || cameras.contains(where: { !$0.zones.isEmpty }) else { continue }
            // What a rule lacks before each of the cameras that it holds for.
            var reasons: [String?: [String]] = [:]
            for camera in cameras {
                for (name, reason) in entry.obstacles(settings.of(camera.id), camera.scene) {
                    reasons[name, default: []].append(reason)
                }
            }
            for (name, found) in reasons.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
                let places = cameras.count { settings.of($0.id).has(entry.description.kind, name: name) }
                guard found.count == places, let reason = found.first else { continue }
                let rule = name.map { "rules.\(kind) \"\($0)\"" } ?? "rules.\(kind)"
                section.context.warning(
                    section.node(kind)?.mark ?? section.mark, found: "\(rule) is on and can fire nowhere",
                    allowed: "\(reason) before any of its cameras")
            }
        }
    }

    /// Rules about places, as many as a site writes.
    private static func list<Settings: ListedRuleParameters>(
        _ rules: Section, _ surroundings: RuleSurroundings
    ) -> [Settings] {
        rules.sections(Settings.kind.rawValue, of: "rules").compactMap { section in
            let name = surroundings.name(section), problems = section.context.problems.count
            var rule = Settings(values: section.values(of: Settings.parameters, surroundings))
            let isComplete =
                section.context.problems.count == problems && hasNeeded(rule.values.keys, Settings.self, section)
            rule.policy = surroundings.policy(section)
            rule.cameras = surroundings.cameras(section)
            section.finish()
            guard let name, isComplete else { return nil }
            rule.name = name
            return rule
        }
    }

    /// Whether one of the keys is given without which a rule fires nowhere.
    private static func hasNeeded<Settings: ListedRuleParameters>(
        _ given: some Collection<String>, _ settings: Settings.Type, _ section: Section
    ) -> Bool {
        guard let key = Settings.needed.first, !Settings.needed.contains(where: given.contains) else { return true }
        let what = Settings.parameters.first { $0.key == key }?.allowedText ?? ""
        let others = Settings.needed.dropFirst().map { ", or \"\($0)\"" }.joined()
        if let (_, mark) = section.node(key) {
            section.refuse(key, at: mark, found: "an empty list", allowed: what + others)
        } else {
            section.missing(key, allowed: "needed: \(what)\(others)")
        }
        return false
    }
}

/// What all rules need while they are read: schedules by name, cameras and their zones.
final class RuleSurroundings {
    let timeZone: String
    let cameras: [CameraConfiguration]
    private(set) var schedules: [String: WeekSchedule] = [:]

    init(timeZone: TimeZone, cameras: [CameraConfiguration], schedules section: Section) {
        self.timeZone = timeZone.identifier
        self.cameras = cameras
        for name in section.freeKeys {
            let spans = section.sections(name.value, of: "times").compactMap(Self.span)
            guard !spans.isEmpty else { continue }
            schedules[name.value] = WeekSchedule(name: name.value, spans: spans, timeZone: self.timeZone)
        }
        section.finish()
    }

    /// `during`, `alarms_per_hour` and `severity` of a rule.
    func policy(_ section: Section) -> RulePolicy {
        RulePolicy(
            schedule: schedule(section),
            alarmsPerHour: section.integer("alarms_per_hour", in: 0...1000, unit: "alarms"),
            severity: section.choice("severity"))
    }

    /// The schedule named by `during`.
    func schedule(_ section: Section) -> WeekSchedule? {
        let known = schedules.keys.sorted()
        guard let name = section.text("during", allowed: "the name of one of rules.schedules") else { return nil }
        guard let schedule = schedules[name.value] else {
            section.refuse(
                "during", at: name.mark, found: "\"\(ReadingContext.clip(name.value))\"",
                allowed: known.isEmpty
                    ? "the name of a schedule; there is none below rules.schedules" : known.joined(separator: ", "),
                suggestion: NearestKey.find(name.value, in: known))
            return nil
        }
        return schedule
    }

    func isZone(_ name: Marked<String>, _ section: Section, _ key: String) -> Bool {
        let known = Set(cameras.flatMap(\.zones).map(\.name)).sorted()
        // Without cameras (a file of settings alone) nothing can be said.
        guard !cameras.isEmpty, !known.contains(name.value) else { return true }
        section.refuse(
            key, at: name.mark, found: "\"\(ReadingContext.clip(name.value))\"",
            allowed: known.isEmpty ? "the name of a zone; no camera has any" : known.joined(separator: ", "),
            suggestion: NearestKey.find(name.value, in: known))
        return false
    }

    func cameras(_ section: Section) -> [CameraID] {
        let known = cameras.map(\.id.rawValue)
        section.declare("cameras", .names) { $0.of = "camera ids" }
        return section.texts("cameras", of: "camera ids").compactMap { text in
            let id = CameraID(rawValue: text.value)
            guard let id, cameras.isEmpty || known.contains(text.value) else {
                section.refuse(
                    "cameras", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
                    allowed: known.joined(separator: ", "), suggestion: NearestKey.find(text.value, in: known))
                return nil
            }
            return id
        }
    }

    func name(_ section: Section) -> String? {
        if section.node("name") == nil {
            section.missing("name", allowed: "needed: what people call the rule, as in \"nobody behind the press\"")
        }
        return section.text("name")?.value
    }

    private static func span(_ section: Section) -> WeekSchedule.Span? {
        let from = minute("from", section, default: 0), to = minute("to", section, default: 1440)
        let words = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        var days: Set<Int> = []
        for day in section.texts("days", of: "days") {
            let ends = day.value.lowercased().split(separator: "-").map(String.init)
            let found = ends.compactMap { words.firstIndex(of: $0) }
            guard (1...2).contains(found.count), found.count == ends.count, let first = found.first,
                let last = found.last
            else {
                section.refuse(
                    "days", at: day.mark, found: "\"\(ReadingContext.clip(day.value))\"",
                    allowed: words.joined(separator: ", ") + ", or two of them with a \"-\"",
                    suggestion: NearestKey.find(day.value, in: words))
                return nil
            }
            var index = first
            days.insert(index + 1)
            while index != last {
                index = (index + 1) % 7
                days.insert(index + 1)
            }
        }
        section.finish()
        guard let from, let to else { return nil }
        return WeekSchedule.Span(weekdays: days.isEmpty ? Set(1...7) : days, fromMinute: from % 1440, toMinute: to)
    }

    private static func minute(_ key: String, _ section: Section, default fallback: Int) -> Int? {
        let allowed = "a time of day in quotes, as in \"06:30\""
        section.declare(key, .time)
        guard let text = section.text(key, allowed: allowed) else {
            return section.node(key) == nil ? fallback : nil
        }
        let parts = text.value.split(separator: ":")
        guard parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]), (0...24).contains(hour),
            (0..<60).contains(minute), hour * 60 + minute <= 1440
        else {
            section.refuse(key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
            return nil
        }
        return hour * 60 + minute
    }
}
