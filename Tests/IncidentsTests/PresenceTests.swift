import Domain
import Testing

@testable import Incidents

/// Who is where: zones, lines and how long.
@Suite("Zone entry, line crossing, dwell")
struct PresenceTests {
    private let press = Zone(
        name: "press", kind: .floor,
        polygon: Polygon(points: [Point(x: 0.5, y: 0.4), Point(x: 1, y: 0.4), Point(x: 1, y: 1), Point(x: 0.5, y: 1)]))

    /// A person who walks from the left edge to the right at 0.2 picture heights/s, feet at 0.8.
    private func walker(_ from: Double = 0, y: Double = 0.65, speed: Double = 0.2, until: Double = 99)
        -> SceneBuilder.Actor
    {
        { seconds in
            guard seconds >= from, seconds < until else { return nil }
            return SceneBuilder.Look(x: 0.15 + speed * (seconds - from), y: y, width: 0.11, height: 0.3, fill: 0.65)
                .moving(0.5, containment: 0.85)
        }
    }

    private func incidents(_ actors: [SceneBuilder.Actor], seconds: Double = 8, _ settings: RuleSettings) throws
        -> [Incident]
    {
        var scene = SceneBuilder()
        scene.seconds = seconds
        scene.zones = [press]
        scene.actors = actors
        return try Judging.incidents(scene.recording(), settings)
    }

    @Test("who walks into the zone is announced once, with the zone and why")
    func entry() throws {
        var settings = RuleSettings()
        settings.zoneEntries = [ZoneEntrySettings(name: "behind the press", zones: ["press"])]
        let found = try incidents([walker()], settings)
        let incident = try #require(found.first)
        #expect(found.count == 1 && incident.kind == .zoneEntry && incident.ruleName == "behind the press")
        #expect(incident.facts.zoneName == "press")
        // 0.5 of the width is 0.889 picture heights: 3.7 s after the start.
        #expect(abs(incident.start.seconds - 3.7) < 0.3)
        #expect(incident.evidence.contains { $0.parameter == "min_seconds" && $0.measured >= 0.5 })
    }

    @Test("a zone entry needs the size of a person, and time inside")
    func entryThresholds() throws {
        var settings = RuleSettings()
        var entry = ZoneEntrySettings(name: "a", zones: ["press"])
        entry.minHeight = LengthThreshold(metres: nil, pictureHeights: 0.4)
        settings.zoneEntries = [entry]
        #expect(try incidents([walker()], settings).isEmpty)
        entry = ZoneEntrySettings(name: "a", zones: ["press"])
        entry.minSeconds = 3
        settings.zoneEntries = [entry]
        #expect(try incidents([walker(speed: 0.6)], seconds: 4, settings).isEmpty)
        settings.zoneEntries = [ZoneEntrySettings(name: "a", zones: ["elsewhere"])]
        #expect(try incidents([walker()], settings).isEmpty)
    }

    @Test("a line counts in the direction asked for only", arguments: LineCrossingSettings.Direction.allCases)
    func line(direction: LineCrossingSettings.Direction) throws {
        var settings = RuleSettings()
        settings.lineCrossings = [
            LineCrossingSettings(
                name: "gate", from: Point(x: 0.4, y: 1), to: Point(x: 0.4, y: 0.5), direction: direction)
        ]
        // Seen from below, who walks to the right goes to the right side of the line.
        #expect(try incidents([walker()], settings).map(\.kind) == (direction == .toLeft ? [] : [.lineCrossing]))
    }

    @Test("who passes beyond the line's end has not crossed it")
    func beyond() throws {
        var settings = RuleSettings()
        settings.lineCrossings = [
            LineCrossingSettings(name: "gate", from: Point(x: 0.4, y: 0.5), to: Point(x: 0.4, y: 0.1))
        ]
        #expect(try incidents([walker()], settings).isEmpty)
    }

    @Test("who stays is told after the time, also when the tracker loses it for a moment; who passes is not")
    func dwell() throws {
        var settings = RuleSettings()
        var dwell = DwellSettings(name: "loitering", zones: ["press"])
        dwell.minSeconds = 6
        settings.dwells = [dwell]
        let stands: (Double) -> SceneBuilder.Look? = { seconds in
            SceneBuilder.Look(x: min(1.2, 0.15 + 0.4 * seconds), y: 0.65, width: 0.11, height: 0.3)
                .moving(0.3, containment: 0.9)
        }
        let first: SceneBuilder.Actor = { $0 < 5 ? stands($0) : nil }
        let second: SceneBuilder.Actor = { $0 > 6 ? stands($0) : nil }
        let found = try incidents([first, second], seconds: 12, settings)
        #expect(found.map(\.kind) == [.dwell])
        #expect(abs((found.first?.start.seconds ?? 0) - 1.9) < 0.4)
        #expect(try incidents([walker(speed: 0.4, until: 4)], seconds: 12, settings).isEmpty)
    }
}
