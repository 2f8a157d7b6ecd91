import Domain
import Testing

@testable import Incidents

@Suite("Near miss, person down")
struct NearMissAndDownTests {
    private var near: RuleSettings {
        var settings = RuleSettings()
        settings.nearMiss.enabled = true
        return settings
    }
    private var down: RuleSettings {
        var settings = RuleSettings()
        settings.personDown.enabled = true
        return settings
    }

    private func kinds(_ actors: [SceneBuilder.Actor], _ settings: RuleSettings, seconds: Double = 12) throws
        -> [IncidentKind]
    {
        var scene = SceneBuilder()
        scene.seconds = seconds
        scene.actors = actors
        return try Judging.incidents(scene.recording(), settings).map(\.kind)
    }

    private func truck(_ speed: Double, stopsAt: Double = 99) -> SceneBuilder.Actor {
        { seconds in
            let x = min(stopsAt, 0.1 + speed * seconds)
            return x < 1.7
                ? SceneBuilder.Look(x: x, y: 0.6, width: 0.3, height: 0.3).moving(0.6, containment: 0.8) : nil
        }
    }

    private func person(x: @escaping (Double) -> Double, y: Double = 0.62) -> SceneBuilder.Actor {
        { seconds in
            SceneBuilder.Look(x: x(seconds), y: y, width: 0.1, height: 0.28, fill: 0.65).moving(0.4, containment: 0.88)
        }
    }

    @Test("a truck that drives at a person fast is told before they touch")
    func drivesAt() throws {
        #expect(try kinds([truck(0.5), person(x: { _ in 1.3 })], near, seconds: 3).first == .nearMiss)
    }

    @Test("slow, stopping in time, passing behind, or side by side: silence")
    func noMiss() throws {
        #expect(try kinds([truck(0.15), person(x: { _ in 1.3 })], near).isEmpty)
        #expect(try kinds([truck(0.5, stopsAt: 0.7), person(x: { _ in 1.3 })], near).isEmpty)
        // Far behind: the feet are a third of the picture apart.
        #expect(try kinds([truck(0.5), person(x: { _ in 1.3 }, y: 0.3)], near, seconds: 3).isEmpty)
        #expect(try kinds([truck(0.5), person(x: { 0.4 + 0.5 * $0 })], near, seconds: 2.4).isEmpty)
    }

    /// Walks for 3 s, then becomes flat within `fall` seconds, and stays until `up`.
    private func faller(fall: Double = 0.8, up: Double = 99, height low: Double = 0.08) -> SceneBuilder.Actor {
        { seconds in
            let x = 0.3 + 0.15 * min(3, seconds)
            let u = seconds >= up ? 0 : min(1, max(0, (seconds - 3) / fall))
            let height = 0.3 + (low - 0.3) * u, width = 0.1 + 0.18 * u
            let look = SceneBuilder.Look(x: x, y: 0.8 - height / 2, width: width, height: height, fill: 0.7)
            return seconds < 3 + fall ? look.moving(0.5, containment: 0.85) : look.moving(0.02, containment: 0.99)
        }
    }

    @Test("a walker who collapses and stays down is told after five seconds, as severe")
    func collapses() throws {
        var scene = SceneBuilder()
        scene.seconds = 12
        scene.actors = [faller()]
        let found = try Judging.incidents(scene.recording(), down)
        let incident = try #require(found.first { $0.kind == .personDown })
        #expect(incident.severity == .high && abs(incident.start.seconds - 3) < 0.5)
        #expect(incident.confirmed.seconds < 9.5)
    }

    @Test("who gets up again, sits down, or lies down slowly is not told")
    func notDown() throws {
        #expect(try !kinds([faller(up: 7)], down).contains(.personDown))
        #expect(try !kinds([faller(height: 0.2)], down).contains(.personDown))
        #expect(try !kinds([faller(fall: 5)], down, seconds: 18).contains(.personDown))
    }

    @Test("a stack that topples without having walked is no person")
    func stack() throws {
        let stack: SceneBuilder.Actor = { seconds in
            let u = min(1, max(0, (seconds - 3) / 0.8))
            return SceneBuilder.Look(
                x: 0.8 + 0.1 * u, y: 0.8 - (0.3 - 0.2 * u) / 2, width: 0.1 + 0.2 * u, height: 0.3 - 0.2 * u)
        }
        #expect(try !kinds([stack], down).contains(.personDown))
    }
}
