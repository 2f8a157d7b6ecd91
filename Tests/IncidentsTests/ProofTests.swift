import Domain
import Testing

@testable import Incidents

/// What motion suspects, and what becomes of it with and without a proof.
@Suite("proof of what motion suspects")
struct ProofTests {
    /// A box falls by 0.35 picture heights at 3 s and lies still.
    private var fall: SceneBuilder {
        var scene = SceneBuilder(framesPerSecond: 15)
        scene.actors = [
            { seconds in
                guard seconds >= 3 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3, top: 0.3, drop: 0.35, gravity: 2)
                return .box(x: 0.9, y: y, moving: moves)
            }
        ]
        return scene
    }

    private static let size = FrameSize(width: 640, height: 360)

    /// The way of a box of 43 pixels that stands at `from`, comes down between 3 s and 3.6 s and lies at `to`.
    private static func path(from: Double, to: Double, x: Double = 324, quality: Double = 0.95) -> RetracedPath {
        var path = RetracedPath(
            frameSize: size, promptSeconds: 4.2, quality: quality, changeOverlap: 0.6, outlineGain: 0.4)
        for frame in 0...40 {
            let seconds = 1.5 + Double(frame) / 15
            let part = min(1, max(0, (seconds - 3) / 0.6))
            let y = from + (to - from) * part * part
            path.moments.append(
                RetracedPath.Moment(
                    seconds: seconds, region: Region(x: Int(x) - 21, y: Int(y) - 21, width: 43, height: 43),
                    centroid: Point(x: x, y: y), area: 1849, quality: 0.9))
            path.lookedSeconds.append(seconds)
        }
        return path
    }

    private func run(
        _ scene: SceneBuilder, answer: (Suspicion) -> Proof?
    ) -> (events: [IncidentEvent], engine: IncidentEngine, suspicions: [Suspicion]) {
        var engine = Judging.engine()
        engine.needsProof = true
        var events: [IncidentEvent] = []
        var suspicions: [Suspicion] = []
        for observation in scene.observations() {
            events += engine.step(observation)
            for suspicion in engine.takeSuspicions() {
                suspicions.append(suspicion)
                if let proof = answer(suspicion) { events += engine.settle(suspicion.id, proof, observation).events }
            }
        }
        return (events + engine.finish(), engine, suspicions)
    }

    @Test("a fall whose thing is followed home is an incident, told in the frame of its proof")
    func proven() throws {
        let run = run(fall) { _ in .path(Self.path(from: 108, to: 234)) }
        #expect(run.events.map(\.type) == ["new", "end"])
        let suspicion = try #require(run.suspicions.first)
        #expect(run.suspicions.count == 1 && suspicion.kind == .fallingObject)
        // The blob's way leads the search: from where it stood to where it lies.
        #expect(suspicion.blobs.count > 10 && abs(suspicion.startSeconds - 3) < 0.3)
        #expect(suspicion.restRegion.iou(Region(x: 302, y: 212, width: 43, height: 43)) > 0.7)
        #expect(try #require(run.events.first?.incident).confirmed == suspicion.time)
    }

    @Test("while its proof is being looked for nobody is told, and no further suspicion comes up")
    func waits() {
        var engine = Judging.engine()
        engine.needsProof = true
        var events: [IncidentEvent] = [], suspicions: [Suspicion] = []
        for observation in fall.observations().prefix(while: { $0.time.seconds < 6 }) {
            events += engine.step(observation)
            suspicions += engine.takeSuspicions()
        }
        #expect(events.isEmpty && suspicions.count == 1)
    }

    @Test("when no proof comes in three seconds motion decides; when the video ends before, it does so at once")
    func patience() throws {
        var long = fall
        long.seconds = 12
        let late = run(long) { _ in nil }
        let suspected = try #require(late.suspicions.first).time.seconds
        let told = try #require(late.events.first?.incident).confirmed.seconds
        #expect(late.events.first?.type == "new" && told - suspected > 3 && told - suspected < 3.2)
        var short = fall
        short.seconds = suspected + 1
        #expect(run(short) { _ in nil }.events.map(\.type) == ["new", "end"])
    }

    @Test("where nothing can be asked motion decides, and a proof that comes too late changes nothing")
    func nothingToAsk() {
        let run = run(fall) { _ in .none(reason: "the frames before are not kept") }
        #expect(run.events.map(\.type) == ["new", "end"])
        var engine = run.engine
        #expect(engine.settle(0, .path(Self.path(from: 234, to: 234)), fall.observations()[100]).events.isEmpty)
    }

    @Test("without asking for proofs the rules decide as they always did")
    func off() {
        var engine = Judging.engine()
        let events = fall.observations().flatMap { engine.step($0) }
        #expect(events.first?.type == "new" && engine.takeSuspicions().isEmpty)
    }

    /// What a way is changed to, and why it is then no fall.
    private static let refuted: [(String, ProofJudge.Refutation, @Sendable (inout RetracedPath) -> Void)] = [
        ("nothing with an outline lies there: a shadow, rain", .noObject, { $0.quality = 0.3 }),
        ("nothing was found at all", .noObject, { $0.moments = [] }),
        ("what lies there is the rack behind it", .notWhatChanged, { $0.changeOverlap = 0.1 }),
        ("its outline was there before", .notNew, { $0.outlineGain = -0.2 }),
        ("a person", .person, { $0.personPresence = [0.9, 0.8, 0.1, 0.7, 0.99] }),
        ("it stands where it stood", .didNotComeDown, { $0 = Self.path(from: 234, to: 234) }),
        ("it was lifted", .didNotComeDown, { $0 = Self.path(from: 300, to: 234) }),
        (
            "a car that comes nearer was on its way before", .wasMoving,
            { path in
                for index in path.moments.indices {
                    path.moments[index].centroid.x = 30 + 15 * Double(index)
                    path.moments[index].region.x = Int(path.moments[index].centroid.x) - 21
                }
            }
        ),
        (
            "a hand put it down in two seconds", .tooSlow,
            { path in
                for index in path.moments.indices {
                    let part = min(1, max(0, (path.moments[index].seconds - 2.9) / 1.27))
                    path.moments[index].centroid.y = 160 + 74 * part
                }
            }
        ),
    ]

    @Test("a way that is not that of a fall", arguments: refuted.indices)
    func refutations(index: Int) {
        let (_, reason, change) = Self.refuted[index]
        var path = Self.path(from: 108, to: 234)
        change(&path)
        let run = run(fall) { _ in .path(path) }
        #expect(run.events.isEmpty, "\(Self.refuted[index].0)")
        #expect(run.engine.refutations == [reason.rawValue: 1], "\(Self.refuted[index].0)")
    }

    @Test("somebody who stands beside what fell is in a frame or two, and changes nothing")
    func personBeside() {
        var path = Self.path(from: 108, to: 234)
        path.personPresence = [0.9, 0.1, 0.1, 0.2, 0.7]
        #expect(run(fall) { _ in .path(path) }.events.map(\.type) == ["new", "end"])
    }

    @Test("what came out of hiding must be seen coming down")
    func hiddenBefore() {
        var path = Self.path(from: 108, to: 234)
        path.moments.removeAll { $0.seconds < 3.1 }
        #expect(run(fall) { _ in .path(path) }.events.map(\.type) == ["new", "end"])
        path.moments.removeAll { $0.seconds < 3.7 }
        #expect(run(fall) { _ in .path(path) }.events.isEmpty)
    }

    @Test("a spill shrinks to its source; what was as large before has not spread")
    func spill() {
        func path(areaBefore: Double) -> RetracedPath {
            var path = Self.path(from: 234, to: 234)
            for index in path.moments.indices where path.moments[index].seconds < 3 {
                path.moments[index].area = areaBefore
            }
            return path
        }
        let suspicion = Suspicion(
            id: 1, kind: .spill, startSeconds: 3, endSeconds: 4, time: MediaTime(seconds: 4.2), frameSize: Self.size,
            region: Region(x: 300, y: 200, width: 50, height: 50),
            restRegion: Region(x: 300, y: 200, width: 50, height: 50), blobs: [])
        let detection = Detection(
            kind: .spill, startSeconds: 3, endSeconds: 4, region: suspicion.region, severity: .medium,
            facts: IncidentFacts(), evidence: [], tracks: [])
        let context = RuleContext(
            seconds: 4.2, frameSize: Self.size, scene: CameraScene(camera: Judging.camera), floor: nil)
        let judge = ProofJudge(settings: RuleSettings())
        #expect(judge.refutation(of: suspicion, detection, path(areaBefore: 300), context) == nil)
        #expect(judge.refutation(of: suspicion, detection, path(areaBefore: 1800), context) == .didNotGrow)
        var light = path(areaBefore: 300)
        light.outlineGain = 0.05
        #expect(judge.refutation(of: suspicion, detection, light, context) == .notNew)
    }

    @Test("a fall in flight proves itself: gravity gives the scale, wherever it comes to lie")
    func flight() throws {
        var scene = SceneBuilder(framesPerSecond: 30)
        scene.seconds = 3
        var observations = scene.observations()
        // 450 pixels/s² are 46 pixels a metre.
        let moments = (0..<20).map { frame in
            let t = 0.3 + Double(frame) / 30
            let y = 60 + 225 * t * t
            return Flight.Moment(
                seconds: 1 + t, region: Region(x: 300, y: Int(y) - 3, width: 6, height: 6),
                centroid: Point(x: 303, y: y))
        }
        observations[70].flights = [Flight(moments: moments, acceleration: 450, residualPixels: 0.4)]
        var engine = Judging.engine()
        engine.needsProof = true
        let events = observations.flatMap { engine.step($0) } + engine.finish()
        let incident = try #require(events.first?.incident)
        #expect(incident.kind == .fallingObject && engine.takeSuspicions().isEmpty)
        let metres = (moments[19].centroid.y - moments[0].centroid.y) / (450 / 9.81)
        #expect(abs(try #require(incident.facts.dropMetres) - metres) < 1e-9)
        #expect(abs(incident.start.seconds - 1.3) < 1e-6)
        #expect(incident.evidence.map(\.parameter) == ["min_drop_metres", "min_peak_speed_metres"])

        var settings = RuleSettings()
        settings.fallingObject.flight = false
        var other = Judging.engine(settings)
        #expect(observations.flatMap { other.step($0) }.isEmpty)
    }
}
