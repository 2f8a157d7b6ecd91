import Domain
import Foundation
import Incidents
import Media
import Synchronization
import Testing

@testable import Camera

@Suite("Camera pipeline")
struct CameraPipelineTests {
    private func pipeline(_ feed: ScriptedFeed, _ observer: ScriptedObserver) -> CameraPipeline {
        CameraPipeline(feed: feed, observer: observer, engine: Script.engine())
    }

    @Test("each frame is handed over with what was seen and what happened; the end of the feed ends the incident")
    func fallToTheEnd() async throws {
        let feed = ScriptedFeed(times: Script.times(seconds: 5), skipped: 3)
        let pipeline = pipeline(feed, ScriptedObserver(script: Script.fall))
        var seconds: [Double] = []
        var events: [IncidentEvent] = []
        try await pipeline.run { output in
            #expect(output.frame.time == output.observation.time)
            seconds.append(output.observation.time.seconds)
            events += output.events
        }
        #expect(events.map(\.type) == ["new", "end"])
        #expect(seconds.count == 51 && seconds[49] == seconds[50])
        #expect(feed.isStopped)
        let statistics = pipeline.statistics
        #expect(statistics.analysedFrames == 50 && statistics.skippedFrames == 3 && statistics.failedFrames == 0)
        #expect(statistics.lastSeconds == 4.9)
    }

    @Test("whether nothing happens is asked only for a feed that leaves frames out then")
    func verdicts() async throws {
        for (pace, times) in [(AnalysisPace.full(.configured), 0), (.full(.learning), 10)] {
            let observer = ScriptedObserver { _ in [] }
            try await pipeline(ScriptedFeed(times: Script.times(seconds: 1), pace: pace), observer).run { _ in }
            #expect(observer.timesAsked == times)
        }
    }

    @Test("other rules judge from the next frame on; what went on under the old ones ends there")
    func otherRules() async throws {
        let feed = ScriptedFeed(times: Script.times(seconds: 5))
        let pipeline = pipeline(feed, ScriptedObserver(script: Script.fall))
        var events: [(type: String, seconds: Double)] = []
        var confirmed: Double?
        try await pipeline.run { output in
            let now = output.observation.time.seconds
            events += output.events.map { ($0.type, now) }
            if confirmed == nil, !output.events.isEmpty {
                confirmed = now
                pipeline.replace(Script.engine())
            }
        }
        let began = try #require(confirmed)
        #expect(events.map(\.type) == ["new", "end"])
        // With the very next frame, not when the old rules would have let it go.
        #expect(events.last.map { $0.seconds > began && $0.seconds < began + 0.15 } == true)
    }

    @Test("damaged frames are shown to nobody but the one who counts them, and time goes on")
    func damagedFrames() async throws {
        // The fall at 2 s is seen; a smear from 3 to 4 s is not.
        let feed = ScriptedFeed(times: Script.times(seconds: 5), isDamaged: { $0 >= 2.95 && $0 < 3.95 })
        let observer = ScriptedObserver(failsAt: { $0 >= 2.95 && $0 < 3.95 }, script: Script.fall)
        let damaged = Mutex<[Double]>([])
        let pipeline = CameraPipeline(
            feed: feed, observer: observer, engine: Script.engine(),
            onDamaged: { frame in damaged.withLock { $0.append(frame.time.seconds) } })
        var seconds: [Double] = []
        var kinds: [IncidentKind] = []
        try await pipeline.run { output in
            seconds.append(output.observation.time.seconds)
            kinds += output.events.map(\.incident.kind)
        }
        #expect(damaged.withLock { $0 }.count == 10 && !seconds.contains { $0 >= 2.95 && $0 < 3.95 })
        #expect(kinds.first == .fallingObject && seconds.contains(4.9))
        let statistics = pipeline.statistics
        #expect(statistics.damagedFrames == 10 && statistics.analysedFrames == 40 && statistics.failedFrames == 0)
    }

    @Test("frames whose analysis fails are counted and passed over")
    func failingFrames() async throws {
        let feed = ScriptedFeed(times: Script.times(seconds: 5))
        let observer = ScriptedObserver(failsAt: { abs($0 - 1) < 0.25 || abs($0 - 2.3) < 0.01 }, script: Script.fall)
        let pipeline = pipeline(feed, observer)
        var kinds: [IncidentKind] = []
        try await pipeline.run { kinds += $0.events.map(\.incident.kind) }
        #expect(kinds == [.fallingObject, .fallingObject])
        #expect(pipeline.statistics.failedFrames == 6)
        #expect(pipeline.statistics.lastFailure == "the picture is broken")
    }

    @Test("a feed that fails ends the open incident before the error is passed on")
    func failingFeed() async throws {
        let feed = ScriptedFeed(
            times: Script.times(seconds: 4), failure: MediaError.truncated(path: "a.mp4"))
        let pipeline = pipeline(feed, ScriptedObserver(script: Script.fall))
        var types: [String] = []
        await #expect(throws: MediaError.self) {
            try await pipeline.run { types += $0.events.map(\.type) }
        }
        #expect(types == ["new", "end"])
    }

    @Test("an error of the handler ends the run")
    func failingHandler() async throws {
        struct Full: Error {}
        let feed = ScriptedFeed(times: Script.times(seconds: 5))
        let pipeline = pipeline(feed, ScriptedObserver(script: Script.fall))
        await #expect(throws: Full.self) {
            try await pipeline.run { if $0.observation.time.seconds > 1 { throw Full() } }
        }
        #expect(feed.isStopped && pipeline.statistics.analysedFrames == 12)
    }

    @Test("cancelling the task ends the run")
    func cancelled() async throws {
        let feed = ScriptedFeed(times: Script.times(seconds: 500))
        let pipeline = pipeline(feed, ScriptedObserver(script: Script.fall))
        let task = Task {
            try await pipeline.run { _ in withUnsafeCurrentTask { $0?.cancel() } }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(pipeline.statistics.analysedFrames == 1)
    }

    @Test("the tracks of a stretch can be asked for")
    func tracks() async throws {
        let feed = ScriptedFeed(times: Script.times(seconds: 6, framesPerSecond: 50))
        let pipeline = pipeline(feed, ScriptedObserver(script: Script.fall))
        try await pipeline.run { _ in }
        #expect(pipeline.tracks(from: MediaTime(seconds: 0), to: MediaTime(seconds: 1.9)).isEmpty)
        let tracks = pipeline.tracks(from: MediaTime(seconds: 1), to: MediaTime(seconds: 3))
        #expect(tracks.map(\.id.rawValue) == [1])
        let seconds = tracks[0].samples.map(\.seconds)
        #expect(seconds == seconds.sorted() && (seconds.first ?? 0) >= 2 && (seconds.last ?? 9) <= 3)
        // Ten a second are enough.
        #expect(seconds.count >= 9 && seconds.count <= 12)
    }

    @Test("a calibration that gives no scale for the frames that come is reported once, with the reason")
    func scaleProblem() async throws {
        let marks = CameraCalibration(
            floorPoints: (0..<4).map {
                .init(picture: Point(x: 0.2 * Double($0), y: 0.5), metres: Point(x: Double($0), y: 0))
            })
        let problems = Mutex<[ScaleProblem]>([])
        let pipeline = CameraPipeline(
            feed: ScriptedFeed(times: Script.times(seconds: 2)), observer: ScriptedObserver { _ in [] },
            engine: IncidentEngine(
                scene: CameraScene(camera: Script.camera, calibration: marks),
                makeID: { IncidentID(rawValue: "\($0)") }),
            onScaleProblem: { problem in problems.withLock { $0.append(problem) } })
        try await pipeline.run { _ in }
        let reported = problems.withLock { $0 }
        #expect(reported.map(\.frameSize) == [FrameSize(width: 640, height: 360)])
        #expect(reported.first?.reason == CalibrationError.pointsDegenerate.description)
    }
}
