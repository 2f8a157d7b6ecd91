import Domain
import Testing

@testable import Incidents

/// Somebody who may have fallen: what motion suspects, and what the body's way makes of it.
@Suite("somebody who may have fallen")
struct BodyProofTests {
    private static let size = FrameSize(width: 640, height: 360)

    /// Where shoulders, hips and ankles end, in lengths of the torso below where the shoulders were.
    struct Ending: Sendable {
        var shoulders = 2.1
        var hips = 2.2
        var ankles = 2.4
        /// How long the way down takes, in seconds.
        var seconds = 0.7
        /// Torso lengths a second after it, to the side.
        var crawls = 0.0
        /// Part of the frames after the fall in which the body is seen.
        var seen = 1.0
        var wasSeenBefore = true
    }

    /// A body with a torso of 40 pixels that stands until 3 s.
    private static func body(_ ending: Ending) -> BodyPath {
        var path = BodyPath(frameSize: size)
        let torso = 40.0, top = 120.0
        for frame in 0..<45 {
            let seconds = 2 + Double(frame) / 9
            path.lookedSeconds.append(seconds)
            if seconds <= 3.05, !ending.wasSeenBefore { continue }
            if seconds > 3.8, Double(frame % 10) >= 10 * ending.seen { continue }
            let part = min(1, max(0, (seconds - 3) / ending.seconds))
            let x = 300 + max(0, seconds - 3.7) * ending.crawls * torso
            func y(_ from: Double, _ to: Double) -> Double { top + (from + (to - from) * part) * torso }
            path.moments.append(
                BodyPath.Moment(
                    seconds: seconds, presence: 0.9, shoulders: Point(x: x, y: y(0, ending.shoulders)),
                    hips: Point(x: x + 30 * part, y: y(1, ending.hips)),
                    ankles: Point(x: x + 80 * part, y: y(2.6, ending.ankles)), torsoPixels: torso))
        }
        return path
    }

    private static let suspicion = Suspicion(
        id: 0, kind: .personDown, startSeconds: 3, endSeconds: 3.7, time: MediaTime(seconds: 5.8), frameSize: size,
        region: Region(x: 280, y: 100, width: 40, height: 120),
        restRegion: Region(x: 260, y: 200, width: 120, height: 40),
        blobs: [])

    private static func refutation(_ ending: Ending) -> ProofJudge.Refutation? {
        ProofJudge(settings: RuleSettings()).refutation(of: suspicion, body(ending))
    }

    @Test("who falls and lies is down, whichever way the body lies")
    func falls() {
        #expect(Self.refutation(Ending()) == nil)
        // Towards the camera: the feet are above the shoulders then.
        #expect(Self.refutation(Ending(ankles: 1.6)) == nil)
        // Some joints are lost while somebody lies.
        #expect(Self.refutation(Ending(seen: 0.6)) == nil)
    }

    @Test(
        "who does something else is not",
        arguments: [
            ("sits down on a chair", Ending(shoulders: 0.9, hips: 1.9, ankles: 2.6), ProofJudge.Refutation.notLow),
            ("bends down", Ending(shoulders: 1.0, hips: 1.1, ankles: 2.6), .notLow),
            ("kneels", Ending(shoulders: 1.3, hips: 2.0, ankles: 2.6), .notLow),
            ("sits on the floor", Ending(shoulders: 1.6, hips: 2.6, ankles: 2.7), .upright),
            ("walks towards the camera", Ending(shoulders: 1.8, hips: 2.8, ankles: 4.4), .upright),
            ("lies down slowly", Ending(seconds: 2.9), .layDownSlowly),
            ("crawls on", Ending(crawls: 1.5), .goesOn),
            ("is gone", Ending(seen: 0.3), .goneAfter),
            ("was not there", Ending(wasSeenBefore: false), .nobody),
        ])
    func other(_ what: String, _ ending: Ending, _ expected: ProofJudge.Refutation) {
        #expect(Self.refutation(ending) == expected, "\(what)")
    }

    @Test("a stack in which the network sees one body after another is none")
    func stack() {
        var body = Self.body(Ending())
        for index in body.moments.indices where index % 4 == 2 && body.moments[index].seconds < 3 {
            body.moments[index].hips.x += 90
        }
        #expect(ProofJudge(settings: RuleSettings()).refutation(of: Self.suspicion, body) == .notABody)
    }

    @Test("what followed the body and has slipped off it says nothing")
    func slipped() {
        var body = Self.body(Ending())
        for index in body.moments.indices where body.moments[index].seconds > 3.9 {
            body.moments[index].torsoPixels = 130
        }
        #expect(ProofJudge(settings: RuleSettings()).refutation(of: Self.suspicion, body) == .goneAfter)
    }

    // MARK: - What motion suspects

    /// A person whose picture is 0.3 of the frame high, and goes down to `low` at 3 s.
    private static func actor(low: Double = 0.1, fall: Double = 0.6, up: Double = 99) -> SceneBuilder.Actor {
        { seconds in
            let part = seconds >= up ? max(0, 1 - (seconds - up)) : min(1, max(0, (seconds - 3) / fall))
            let height = 0.3 + (low - 0.3) * part
            let look = SceneBuilder.Look(x: 0.8, y: 0.8 - height / 2, width: 0.12, height: height)
            return look.moving(seconds < 3 || part == 1 ? 0.02 : 0.5, containment: 0.9)
        }
    }

    /// - Returns: the events, and what was suspected.
    private static func run(
        _ actors: [SceneBuilder.Actor], seconds: Double = 10, answer: (Suspicion) -> Proof?
    ) -> (kinds: [IncidentKind], suspicions: [Suspicion], events: [IncidentEvent]) {
        var scene = SceneBuilder(framesPerSecond: 15)
        scene.seconds = seconds
        scene.actors = actors
        var engine = Judging.engine()
        engine.needsProof = true
        var events: [IncidentEvent] = [], suspicions: [Suspicion] = []
        for observation in scene.observations() {
            events += engine.step(observation)
            for suspicion in engine.takeSuspicions() {
                suspicions.append(suspicion)
                if let proof = answer(suspicion) { events += engine.settle(suspicion.id, proof, observation).events }
            }
        }
        events += engine.finish()
        return (events.filter { $0.type == "new" }.map(\.incident.kind), suspicions, events)
    }

    @Test("what is tall and comes down is asked about two seconds later, and told where the body lies")
    func suspected() throws {
        let run = Self.run([Self.actor()]) { _ in .body(Self.body(Ending())) }
        #expect(run.kinds == [.personDown])
        let suspicion = try #require(run.suspicions.first)
        #expect(suspicion.kind == .personDown && abs(suspicion.startSeconds - 3) < 0.3)
        #expect(abs(suspicion.time.seconds - suspicion.endSeconds - 2) < 0.15)
        let incident = try #require(run.events.first?.incident)
        let lying = try #require(Self.body(Ending()).lastRegion)
        #expect(incident.severity == .high && incident.region.iou(lying) > 0.9)
    }

    @Test("without a proof, or with another one, nobody is told")
    func unproven() {
        #expect(Self.run([Self.actor()]) { _ in Proof.none(reason: "no network") }.kinds.isEmpty)
        #expect(Self.run([Self.actor()]) { _ in nil }.kinds.isEmpty)
        #expect(Self.run([Self.actor()]) { _ in .body(Self.body(Ending(shoulders: 1.0))) }.kinds.isEmpty)
    }

    @Test("who is up again before that, bows slightly or is small in the picture is not asked about")
    func notSuspected() {
        #expect(Self.run([Self.actor(up: 4.2)]) { _ in nil }.suspicions.isEmpty)
        #expect(Self.run([Self.actor(low: 0.25)]) { _ in nil }.suspicions.isEmpty)
        let small: SceneBuilder.Actor = { seconds in
            let height = seconds < 3 ? 0.06 : 0.03
            return SceneBuilder.Look(x: 0.8, y: 0.8 - height / 2, width: 0.03, height: height)
        }
        #expect(Self.run([small]) { _ in nil }.suspicions.isEmpty)
    }

    @Test("who sat down may fall later, and a crowd is not asked about without end")
    func again() {
        var asked = 0
        let sits: SceneBuilder.Actor = { seconds in
            // Down at 3 s, up at 6 s, down for good at 9 s.
            Self.actor(up: 6)(seconds < 8 ? seconds : seconds - 6)
        }
        let run = Self.run([sits], seconds: 13) { _ in
            asked += 1
            return .body(Self.body(asked == 1 ? Ending(shoulders: 0.9) : Ending()))
        }
        #expect(asked >= 2 && run.suspicions.count >= 2)
        let crowd = (0..<12).map { number -> SceneBuilder.Actor in
            { seconds in
                let phase = (seconds + Double(number) * 0.31).truncatingRemainder(dividingBy: 4)
                let height = phase < 2 ? 0.3 : 0.15
                return SceneBuilder.Look(x: 0.14 * Double(number), y: 0.8 - height / 2, width: 0.08, height: height)
            }
        }
        #expect(Self.run(crowd, seconds: 30) { _ in .body(Self.body(Ending(shoulders: 0.9))) }.suspicions.count <= 13)
    }
}
