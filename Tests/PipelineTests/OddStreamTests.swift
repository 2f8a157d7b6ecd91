import Domain
import Foundation
import Incidents
import Media
import Synchronization
import TestSupport
import Testing
import Vision

@testable import Pipeline

/// Frames as bad cameras and networks deliver them, through everything up to the incidents: no stream may end the program,
/// since that ends all other cameras too.
@Suite("Odd streams")
struct OddStreamTests {
    /// Frames with things that move, at times and in sizes that nobody would choose.
    private final class OddFeed: FrameFeed {
        private struct State {
            var generator: SeededGenerator
            var index = 0
            var time = MediaTime(seconds: 0)
            var size: FrameSize
            var things: [(x: Double, y: Double, stepX: Double, stepY: Double)] = []
        }

        let info = StreamInfo(codecName: "none", frameSize: FrameSize(width: 160, height: 90), framesPerSecond: 10)
        let skippedFrames = 0
        private let count: Int
        private let state: Mutex<State>

        init(seed: Int, count: Int) {
            self.count = count
            state = Mutex(
                State(generator: SeededGenerator(seed: UInt64(seed) &* 7919), size: FrameSize(width: 160, height: 90)))
        }

        func next() async throws -> VideoFrame? {
            try state.withLock { state in
                guard state.index < count else { return nil }
                state.index += 1
                Self.advance(&state)
                var luma = (0..<state.size.area).map { pixel in
                    UInt8(100 + pixel / 9 % 4 * 9) &+ UInt8(state.generator.next() & 3)
                }
                for thing in state.things {
                    let part = Region(x: Int(thing.x), y: Int(thing.y), width: 14, height: 18).clamped(to: state.size)
                    for y in part.y..<max(part.y, part.endY) {
                        for x in part.x..<max(part.x, part.endX) { luma[y * state.size.width + x] = 235 }
                    }
                }
                return try VideoFrame(
                    luma: luma, size: state.size, time: state.time,
                    date: Date(timeIntervalSince1970: 1_780_000_000 + Double(state.index) / 10))
            }
        }

        private static func advance(_ state: inout State) {
            let step: Int64 =
                switch Int.random(in: 0..<24, using: &state.generator) {
                case 0: 0
                case 1: 1
                case 2: 90_000 * 3
                case 3: -45_000
                case 4: 27_000
                default: state.index / 50 % 2 == 0 ? 6000 : 18_000
                }
            state.time.pts90k += step
            switch Int.random(in: 0..<150, using: &state.generator) {
            case 0:
                state.time = MediaTime(epoch: state.time.epoch + 1, pts90k: 0)
            case 1:
                let sizes = [(160, 90), (160, 2), (3, 90), (161, 91), (1, 1)]
                let size = sizes[Int.random(in: 0..<sizes.count, using: &state.generator)]
                state.size = FrameSize(width: size.0, height: size.1)
            default: break
            }
            if state.index > 40, state.things.count < 5, Int.random(in: 0..<8, using: &state.generator) == 0 {
                state.things.append(
                    (
                        Double.random(in: -10...150, using: &state.generator), -15,
                        Double.random(in: -3...3, using: &state.generator), 0
                    ))
            }
            for index in state.things.indices {
                // They fall, lie, and are gone after a while.
                state.things[index].stepY = state.things[index].y < 68 ? state.things[index].stepY + 1.5 : 0
                state.things[index].y = min(70, state.things[index].y + state.things[index].stepY)
                state.things[index].x += state.things[index].y < 70 ? state.things[index].stepX : 0
            }
            if Int.random(in: 0..<50, using: &state.generator) == 0 { state.things.removeAll() }
        }

        func stop() {}
    }

    @Test("every frame of an odd stream is analysed, and what it says is finite and in the frame", arguments: 1...8)
    func streams(seed: Int) async throws {
        var settings = RuleSettings()
        settings.nearMiss.enabled = true
        settings.personDown.enabled = true
        let ids = MonotonicID()
        let engine = IncidentEngine(
            settings: settings, scene: CameraScene(camera: Script.camera),
            makeID: { IncidentID(rawValue: ids.next(at: $0)) })
        let count = 500
        let pipeline = CameraPipeline(
            feed: OddFeed(seed: seed, count: count), observer: SceneTracker(), engine: engine, explains: { true })
        var tracks = 0
        try await pipeline.run { output in
            for track in output.observation.tracks {
                tracks += 1
                let sample = track.sample
                #expect(sample.centroid.x.isFinite && sample.centroid.y.isFinite && sample.area.isFinite)
            }
            for event in output.events {
                #expect(event.incident.end >= event.incident.start)
                #expect(event.incident.region.area > 0)
            }
        }
        #expect(pipeline.statistics.analysedFrames == count)
        #expect(pipeline.statistics.failedFrames == 0)
        #expect(tracks > 0)
    }
}
