import CAllocationCounter
import Domain
import Testing

@testable import Vision

@Suite("Memory of the motion detector", .serialized)
struct MotionMemoryTests {
    /// Frames with colour, all of them made beforehand.
    private struct Film {
        let size: FrameSize
        private var frames: [[UInt8]] = []
        private let chroma: [UInt8]

        init(count: Int, things: Int) {
            var scene = SyntheticScene()
            size = scene.size
            chroma = [UInt8](repeating: 128, count: size.area / 4)
            for number in 0..<count {
                // They go round and round.
                scene.rectangles = (0..<things).map { thing in
                    let step = (number * 3 + thing * 90) % 280
                    let x = step < 140 ? step : 280 - step
                    return (Region(x: 20 + x, y: 20 + 50 * thing, width: 24, height: 30), 225)
                }
                frames.append(scene.luma())
            }
        }

        func lend(_ number: Int, _ body: (FramePlanes) -> Void) {
            frames[number].withUnsafeBufferPointer { luma in
                chroma.withUnsafeBufferPointer { chroma in
                    guard let luma = luma.baseAddress, let chroma = chroma.baseAddress else { return }
                    let colours = FramePlanes.Chroma(u: chroma, v: chroma, stride: size.width / 2)
                    body(FramePlanes(size: size, luma: luma, lumaStride: size.width, chroma: colours))
                }
            }
        }
    }

    @Test(
        "once the scene is known a still frame allocates nothing, and one with tracks that go on hardly ever",
        arguments: [(0, 10.0), (0, 15.0), (3, 10.0)])
    func steady(things: Int, framesPerSecond: Double) {
        let film = Film(count: 180, things: things)
        let detector = MotionDetector()
        let tracker = BlobTracker(
            width: 320, height: 180, settings: TrackerSettings(), motion: MotionSettings(), ids: TrackNumbers())
        let flights = FlightDetector(width: 320, height: 180), view = ViewGauge()
        func look(at number: Int) {
            film.lend(number) { planes in
                let seconds = Double(number) / framesPerSecond
                detector.analyse(planes, seconds: seconds)
                guard let core = detector.core else { return }
                if detector.status.restarted { tracker.reset() }
                if detector.status.isWarm { tracker.update(core, seconds: seconds) } else { tracker.pause() }
                tracker.markReported()
                // What flies is kept in lists of its own.
                if things == 0 { _ = flights.update(core.smoothed, seconds: seconds) }
                _ = view.look(core.reduced.raw.pixels, width: core.width, height: core.height, seconds: seconds)
            }
        }
        for number in 0..<120 { look(at: number) }
        #expect(tracker.tracks.count { $0.id != nil && $0.isSeen } == things)
        #expect(allocations { _ = Plane<UInt8>(width: 64, height: 64, filledWith: 0) } >= 2)
        var steadyFrames = 0, counted = 0
        for number in 120..<180 {
            let before = tracker.tracks.map(\.bornSeconds)
            let count = allocations { look(at: number) }
            // A track that begins takes memory for its parts.
            guard tracker.tracks.map(\.bornSeconds) == before else { continue }
            steadyFrames += 1
            counted += count
        }
        // With things in it a list grows now and then.
        #expect(things == 0 ? counted == 0 : counted * 2 < steadyFrames, "\(counted) in \(steadyFrames) frames")
        #expect(steadyFrames >= 40)
    }

    /// What `body` takes from the heap.
    private func allocations(_ body: () -> Void) -> Int {
        allocation_counter_start()
        body()
        return allocation_counter_stop()
    }
}
