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
        let merge = section.section("merge")
        settings.merge = MergeSettings(values: merge.values(of: MergeSettings.parameters))
        merge.finish()
        settings.scene = SceneChangeSettings(values: section.values(of: SceneChangeSettings.parameters))
        settings.zoneEntries = zoneEntries(section, surroundings)
        settings.lineCrossings = lineCrossings(section, surroundings)
        settings.dwells = dwells(section, surroundings)
        settings.combinations = CombinationReader.list(section, surroundings)
        section.finish()
        return settings
    }

    // MARK: Rules about places, as many as a site writes

    private static func zoneEntries(_ rules: Section, _ surroundings: RuleSurroundings) -> [ZoneEntrySettings] {
        list(rules, surroundings) { (rule: inout ZoneEntrySettings, section) in
            rule.zones = surroundings.zones(section)
            rule.zoneKinds = zoneKinds(section)
            if rule.zones.isEmpty, rule.zoneKinds.isEmpty, section.node("zones") == nil {
                section.missing("zones", allowed: "needed: names of zones, or \"zone_kinds\"")
            }
            return true
        }
    }

    private static func dwells(_ rules: Section, _ surroundings: RuleSurroundings) -> [DwellSettings] {
        list(rules, surroundings) { (rule: inout DwellSettings, section) in
            rule.zones = surroundings.zones(section)
            rule.zoneKinds = zoneKinds(section)
            return true
        }
    }

    private static func lineCrossings(_ rules: Section, _ surroundings: RuleSurroundings) -> [LineCrossingSettings] {
        list(rules, surroundings) { (rule: inout LineCrossingSettings, section) in
            let given = section.items("line", of: "points")
            let ends = given.compactMap { Section.fraction($1, name: $0, mark: $2, section.context) }
            let allowed = "its two ends, as in [[0.2, 0.9], [0.6, 0.7]]"
            if let (_, mark) = section.node("line") {
                if given.count != 2 {
                    section.refuse("line", at: mark, found: "a list of \(given.count)", allowed: allowed)
                }
            } else {
                section.missing("line", allowed: "needed: " + allowed)
            }
            rule.direction = section.choice("direction", default: rule.direction)
            guard ends.count == 2 else { return false }
            (rule.from, rule.to) = (ends[0], ends[1])
            return true
        }
    }

    /// - Parameter complete: reads what a rule has beside its parameters; false when it can't be used.
    private static func list<Settings: ListedRuleParameters>(
        _ rules: Section, _ surroundings: RuleSurroundings, complete: (inout Settings, Section) -> Bool
    ) -> [Settings] {
        rules.sections(Settings.kind.rawValue, of: "rules").compactMap { section in
            let name = surroundings.name(section)
            var rule = Settings(values: section.values(of: Settings.parameters))
            let isComplete = complete(&rule, section)
            rule.policy = surroundings.policy(section)
            rule.cameras = surroundings.cameras(section)
            section.finish()
            guard let name, isComplete else { return nil }
            rule.name = name
            return rule
        }
    }

    private static func zoneKinds(_ section: Section) -> [Zone.Kind] {
        let words = Zone.Kind.allCases.map(\.rawValue)
        return section.texts("zone_kinds", of: "kinds of zones").compactMap { text in
            guard let kind = Zone.Kind(rawValue: text.value) else {
                section.refuse(
                    "zone_kinds", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
                    allowed: words.joined(separator: ", "), suggestion: NearestKey.find(text.value, in: words))
                return nil
            }
            return kind
        }
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

    /// Names of zones that some camera has.
    func zones(_ section: Section, _ key: String = "zones") -> [String] {
        section.texts(key, of: "names of zones").compactMap { isZone($0, section, key) ? $0.value : nil }
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
