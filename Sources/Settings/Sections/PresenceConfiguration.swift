import Domain
import Yams

/// The rules about where things are: lists of `zone_entry`, `line_crossing` and `dwell`.
enum PresenceConfiguration {
    static func zoneEntries(_ rules: Section, _ reading: RuleReading) -> [ZoneEntrySettings] {
        rules.sections("zone_entry", of: "rules").compactMap { section in
            var rule = ZoneEntrySettings(name: reading.name(section) ?? "")
            rule.zones = reading.zones(section)
            rule.zoneKinds = kinds(section)
            if rule.zones.isEmpty, rule.zoneKinds.isEmpty, section.node("zones") == nil {
                section.missing("zones", allowed: "needed: names of zones, or \"zone_kinds\"")
            }
            rule.minHeight = section.threshold("min_height", default: rule.minHeight) ?? rule.minHeight
            rule.minSeconds = section.number("min_seconds", default: rule.minSeconds, in: 0...3600, unit: "seconds")
            (rule.isPartOnly, rule.policy, rule.cameras) = common(section, reading)
            section.finish()
            return rule.name.isEmpty ? nil : rule
        }
    }

    static func dwells(_ rules: Section, _ reading: RuleReading) -> [DwellSettings] {
        rules.sections("dwell", of: "rules").compactMap { section in
            var rule = DwellSettings(name: reading.name(section) ?? "")
            rule.zones = reading.zones(section)
            rule.zoneKinds = kinds(section)
            rule.minHeight = section.threshold("min_height", default: rule.minHeight) ?? rule.minHeight
            rule.minSeconds = section.number("min_seconds", default: rule.minSeconds, in: 1...86_400, unit: "seconds")
            (rule.isPartOnly, rule.policy, rule.cameras) = common(section, reading)
            section.finish()
            return rule.name.isEmpty ? nil : rule
        }
    }

    static func lineCrossings(_ rules: Section, _ reading: RuleReading) -> [LineCrossingSettings] {
        rules.sections("line_crossing", of: "rules").compactMap { section in
            let name = reading.name(section)
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
            var rule = LineCrossingSettings(
                name: name ?? "", from: ends.first ?? Point(x: 0, y: 0), to: ends.last ?? Point(x: 0, y: 0))
            rule.direction = section.choice("direction", default: rule.direction)
            rule.minHeight = section.threshold("min_height", default: rule.minHeight) ?? rule.minHeight
            rule.margin = section.threshold("margin", default: rule.margin) ?? rule.margin
            (rule.isPartOnly, rule.policy, rule.cameras) = common(section, reading)
            section.finish()
            return rule.name.isEmpty || ends.count != 2 ? nil : rule
        }
    }

    private static func kinds(_ section: Section) -> [Zone.Kind] {
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

    private static func common(_ section: Section, _ reading: RuleReading) -> (Bool, RulePolicy, [CameraID]) {
        (section.bool("part_only", default: false), reading.policy(section), reading.cameras(section))
    }
}
