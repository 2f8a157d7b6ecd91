import Domain
import Foundation
import Testing

@testable import Settings

/// Rules about places, combinations, schedules and calibration, as people write them.
@Suite("Rules in the file")
struct RuleReadingTests {
    private let camera = """
        site: {time_zone: Europe/Berlin}
        cameras:
          - id: dock
            url: rtsp://192.0.2.10/stream1
            zones:
              - {name: press, kind: floor, polygon: [[0, 0], [1, 0], [1, 1]]}

        """

    @Test("zone entry, line crossing and dwell with lengths in each unit")
    func presence() throws {
        let rules = try parse(
            camera + """
                rules:
                  schedules:
                    nights:
                      - {days: [mon-wed, sun], from: "22:00", to: "06:00"}
                  zone_entry:
                    - {name: a, zones: [press], min_height: 0.9 m, during: nights, alarms_per_hour: 3}
                  line_crossing:
                    - {name: b, line: [[0.1, 0.9], [0.5, 0.7]], direction: to_left, margin: 12 px, cameras: [dock]}
                  dwell:
                    - {name: c, zone_kinds: [floor], min_height: 9 %, min_seconds: 30, part_only: true, severity: high}
                  near_miss: {enabled: true, min_speed: 1.8 m/s}
                  spill: {during: nights}
                """
        ).rules
        let entry = try #require(rules.zoneEntries.first)
        #expect(entry.minHeight == LengthThreshold(metres: 0.9, pictureHeights: 0.08) && entry.zones == ["press"])
        #expect(entry.policy.alarmsPerHour == 3)
        let schedule = try #require(entry.policy.schedule)
        #expect(schedule.timeZone == "Europe/Berlin")
        #expect(schedule.spans == [.init(weekdays: [1, 2, 3, 7], fromMinute: 1320, toMinute: 360)])
        let line = try #require(rules.lineCrossings.first)
        #expect(line.direction == .toLeft && line.margin.pixels == 12 && line.cameras.map(\.rawValue) == ["dock"])
        let dwell = try #require(rules.dwells.first)
        #expect(dwell.minHeight == LengthThreshold(metres: nil, pictureHeights: 0.09) && dwell.isPartOnly)
        #expect(dwell.policy.severity == .high)
        #expect(rules.nearMiss.minSpeed.metres == 1.8 && rules.policies[.spill]?.schedule == schedule)
    }

    @Test("a camera's sensitivity scales how large and fast things must be there, or switches a rule off")
    func sensitivity() throws {
        let rules = try parse(
            """
            cameras:
              - {id: a, url: rtsp://192.0.2.1/, sensitivity: {falling_object: 2, near_miss: 0.5, spill: false}}
              - {id: b, url: rtsp://192.0.2.2/}
            rules:
              falling_object: {min_drop_pixels: 40, min_peak_speed_metres: 2}
              near_miss: {enabled: true, min_speed: 3 m/s}
            """
        ).rules
        let id = try #require(CameraID(rawValue: "a"))
        let a = rules.of(id), b = rules.of(try #require(CameraID(rawValue: "b")))
        #expect(a.fallingObject.minDrop.pixels == 20 && a.fallingObject.minPeakSpeed.metres == 1)
        #expect(a.fallingObject.minDrop.pictureHeights == 0.035)
        // Times, and the acceleration that tells a fall from hands, are no sizes.
        #expect(a.fallingObject.restSeconds == b.fallingObject.restSeconds)
        #expect(a.fallingObject.minAcceleration == b.fallingObject.minAcceleration)
        #expect(a.nearMiss.minSpeed.metres == 6 && !a.spill.enabled)
        #expect(b.fallingObject.minDrop.pixels == 40 && b.nearMiss.minSpeed.metres == 3 && b.spill.enabled)
        #expect(a != b && a == rules.of(id))
    }

    @Test("a sensitivity that can't be meant is refused where it stands")
    func wrongSensitivity() {
        let found = messages(
            "cameras:\n  - id: a\n    url: rtsp://192.0.2.1/\n    sensitivity:\n      spill: 9\n      fal: 1\n      camera_tampered: 2\n"
        )
        #expect(found.count == 3)
        #expect(
            found[0].hasPrefix("site.yaml:5:14: cameras[0].sensitivity.spill is 9; allowed: a number from 0.25 to 4"))
        #expect(found[1].hasPrefix("site.yaml:6:7: unknown key \"fal\""))
        #expect(found[2].contains("it has no sizes"))
    }

    @Test("a combination reads as it is written")
    func combination() throws {
        let rules = try parse(
            camera + """
                rules:
                  combinations:
                    - name: fell and nobody came
                      severity: high
                      when:
                        all:
                          - first: {sees: falling_object, zone: press}
                            then: {not: {sees: zone_entry, rule: a}}
                            within_seconds: 30
                          - any: [{occupied: press}, {sees: spill}]
                """
        ).rules
        let combination = try #require(rules.combinations.first)
        #expect(combination.severity == .high && combination.withinSeconds == 10)
        #expect(
            combination.condition
                == .all([
                    .sequence(
                        first: .detection(DetectionPattern(kind: .fallingObject, zone: "press")),
                        then: .not(.detection(DetectionPattern(kind: .zoneEntry, ruleName: "a"))), withinSeconds: 30),
                    .any([.occupied(zone: "press"), .detection(DetectionPattern(kind: .spill))]),
                ]))
    }

    @Test(
        "mistakes are told with line, column and what is allowed",
        arguments: [
            ("combinations: [{name: a, when: {sees: spil}}]", "8:", "did you mean \"spill\""),
            ("combinations: [{name: a, when: {sees: spill, not: {sees: dwell}}}]", "8:", "exactly one of"),
            ("combinations: [{name: a, when: {first: {sees: spill}}}]", "8:", "then"),
            ("combinations: [{name: a, when: {sees: spill, zone: pres}}]", "8:", "press"),
            ("combinations: [{name: a, when: {during: nigts}}]", "8:", "there is none below rules.schedules"),
            ("combinations: [{name: a}]", "8:", "when"),
            ("zone_entry: [{name: a, zones: [press], min_height: 0.9}]", "8:", "0.8 m"),
            ("near_miss: {min_speed: 2 m}", "8:", "0.8 m/s"),
            ("zone_entry: [{zones: [press]}]", "8:", "name"),
            ("line_crossing: [{name: a, line: [[0.1, 0.9]]}]", "8:", "line"),
            ("line_crossing: [{name: a, line: [[0.1, 0.9], [0.1, 0.9]]}]", "8:", "twice the same point"),
            ("line_crossing: [{name: a}]", "8:", "needed: its two ends"),
            ("line_crossing: [{name: a, line: [[0, 0], [1, 1]], direction: left}]", "8:", "any, to_left, to_right"),
            ("zone_entry: [{name: a}]", "8:", "needed: names of zones, or \"zone_kinds\""),
            ("zone_entry: [{name: a, zones: []}]", "8:", "an empty list; allowed: names of zones, or"),
            ("zone_entry: [{name: a, zone_kinds: [rak]}]", "8:", "did you mean \"rack\""),
            ("zone_entry: [{name: a, zones: [pres]}]", "8:", "did you mean \"press\""),
            ("line_crossing: [{name: a, line: [[0.1, 0.9], [0.4, 1.9]]}]", "8:", "from 0 to 1"),
            ("schedules: {n: [{days: [mon-fry]}]}", "8:", "mon, tue"),
            ("schedules: {n: [{from: \"25:00\"}]}", "8:", "time of day"),
            ("dwell: [{name: a, cameras: [dok]}]", "8:", "dock"),
        ])
    func mistakes(text: String, place: String, words: String) {
        let found = messages(camera + "rules:\n  " + text + "\n")
        #expect(found.contains { $0.contains("site.yaml:\(place)") && $0.contains(words) }, "\(found)")
    }

    @Test("a calibration by rectangle, by points and by heights")
    func calibration() throws {
        func marks(_ text: String) throws -> CameraCalibration? {
            try parse("cameras: [{id: a, url: rtsp://192.0.2.1/1, calibration: {\(text)}}]").cameras.first?.calibration
        }
        let rectangle = try #require(
            try marks(
                "rectangle: {corners: [[0.3, 0.7], [0.6, 0.7], [0.5, 0.5], [0.4, 0.5]], width_metres: 2, depth_metres: 3}"
            ))
        #expect(
            rectangle.floorPoints.map(\.metres) == [
                Point(x: 0, y: 0), Point(x: 2, y: 0), Point(x: 2, y: 3), Point(x: 0, y: 3),
            ])
        let heights = try #require(
            try marks(
                "heights: [{foot: [0.4, 0.9], head: [0.4, 0.5], metres: 1.8}, {foot: [0.5, 0.6], head: [0.5, 0.4], metres: 1.8}], field_of_view_degrees: 90"
            ))
        #expect(heights.uprights.count == 2 && heights.horizontalFieldOfViewDegrees == 90)
        #expect(
            messages("cameras: [{id: a, url: rtsp://192.0.2.1/1, calibration: {floor_points: []}}]").contains {
                $0.contains("too few marks")
            })
        #expect(
            messages(
                "cameras: [{id: a, url: rtsp://192.0.2.1/1, calibration: {rectangle: {corners: [[0, 0]], width_metres: 2, depth_metres: 1}}}]"
            )
            .contains { $0.contains("four points") })
    }

    @Test(
        "a calibration that can't be solved is refused with the place and the reason",
        arguments: [
            (
                "rectangle: {corners: [[0.1, 0.5], [0.3, 0.5], [0.6, 0.5], [0.9, 0.5]], width_metres: 2, depth_metres: 3}",
                "on a line"
            ),
            (
                "rectangle: {corners: [[0.2, 0.9], [0.6, 0.4], [0.8, 0.9], [0.35, 0.45]], width_metres: 2, depth_metres: 3}",
                "crossed"
            ),
            (
                "rectangle: {corners: [[0.3, 0.7], [0.6, 0.7], [0.45, 0.65], [0.45, 0.3]], width_metres: 2, depth_metres: 3}",
                "horizon"
            ),
            (
                "heights: [{foot: [0.4, 0.9], head: [0.4, 0.5], metres: 1.8}, {foot: [0.5, 0.9], head: [0.5, 0.5], metres: 1.8}]",
                "contradict"
            ),
        ])
    func unsolvable(marks: String, reason: String) {
        let found = messages("cameras:\n  - id: a\n    url: rtsp://192.0.2.1/1\n    calibration:\n      \(marks)\n")
        let column = marks.hasPrefix("heights") ? 16 : 18
        #expect(
            found.count == 1 && found[0].hasPrefix("site.yaml:5:\(column): cameras[0].calibration gives no scale; "))
        #expect(found[0].contains(reason), "\(found)")
    }

    @Test("verification needs an address and a model, and never shows its key")
    func verification() throws {
        let text =
            oneCamera
            + "second_look: {base_url: \"http://127.0.0.1:8000/v1\", model: m, api_key: \"${KEY}\", verify: hold}\n"
        let configuration = try parse(text, environment: ["KEY": "geheim"])
        #expect(configuration.verification.verify == .hold && configuration.verification.apiKey?.reveal() == "geheim")
        #expect(!"\(configuration)".contains("geheim"))
        #expect(messages(oneCamera + "second_look: {model: m}\n").contains { $0.contains("base_url") })
        #expect(try parse(oneCamera).verification.baseURL == nil)
    }

    @Test(
        "a rule that is on and can fire nowhere is warned of, with its place in the file",
        arguments: [
            ("object_left: {enabled: true}", "rules.object_left is on and can fire nowhere"),
            ("zone_entry: [{name: a, zone_kinds: [rack]}]", "rules.zone_entry \"a\" is on and can fire nowhere"),
            ("dwell: [{name: b, zone_kinds: [walkway]}]", "rules.dwell \"b\" is on and can fire nowhere"),
            ("dwell: [{name: b, zones: [press], cameras: [gate]}]", "rules.dwell \"b\" is on and can fire nowhere"),
        ])
    func nowhere(text: String, words: String) throws {
        let gate = "  - {id: gate, url: rtsp://192.0.2.11/1}\n"
        let warnings = try parse(camera.trimmingCharacters(in: .newlines) + "\n" + gate + "rules:\n  \(text)\n")
            .warnings
        #expect(warnings.contains { $0.found == words && $0.line == 9 }, "\(warnings)")
    }

    @Test("a rule that can fire somewhere is not warned of, nor one that is off or was never asked for")
    func somewhere() throws {
        let rules = "rules:\n  object_left: {enabled: false}\n  dwell: [{name: b}, {name: c, zones: [press]}]\n"
        #expect(try parse(camera + rules).warnings.isEmpty)
        #expect(try parse(oneCamera).warnings.isEmpty)
    }

    @Test("a camera whose picture is all rack has no floor for a spill")
    func allRack() throws {
        let rack = "    zones:\n      - {name: r, kind: rack, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}\n"
        let found = try parse(oneCamera + rack + "rules: {object_left: {enabled: false}}\n").warnings.map(\.found)
        #expect(found == ["rules.spill is on and can fire nowhere"])
        let half = rack.replacingOccurrences(of: "[1, 1], [0, 1]", with: "[1, 0.5], [0, 0.5]")
        #expect(try parse(oneCamera + half + "rules: {object_left: {enabled: false}}\n").warnings.isEmpty)
    }

    @Test("a combination that waits for a rule that is off, or that there is none of, is warned of")
    func combinationOfNothing() throws {
        func found(_ when: String, _ rules: String = "") throws -> [String] {
            try parse(
                camera + "rules:\n  object_left: {enabled: false}\n\(rules)  combinations: [{name: c, when: \(when)}]\n"
            )
            .warnings.map(\.found)
        }
        let never = ["rules.combinations \"c\" can never fire"]
        #expect(try found("{sees: near_miss}") == never)
        #expect(try found("{all: [{sees: spill}, {sees: dwell, rule: nobody}]}") == never)
        #expect(try found("{any: [{sees: spill}, {sees: near_miss}]}").isEmpty)
        #expect(try found("{all: [{sees: spill}, {not: {sees: dwell, rule: nobody}}]}").isEmpty)
        #expect(try found("{sees: near_miss}", "  near_miss: {enabled: true}\n").isEmpty)
        #expect(try found("{sees: dwell, rule: d}", "  dwell: [{name: d, part_only: true}]\n").isEmpty)
    }
}
