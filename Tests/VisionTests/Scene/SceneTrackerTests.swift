import Domain
import Media
import Testing

@testable import Vision

@Suite("Scene tracker")
struct SceneTrackerTests {
    /// A box that slides in from the left and stops, 10 frames a second.
    private func frames(count: Int) throws -> [VideoFrame] {
        var scene = SyntheticScene()
        return try (0..<count).map { index in
            let x = index < 30 ? -50 : min(180, -50 + (index - 30) * 8)
            scene.rectangles = [(Region(x: x, y: 90, width: 30, height: 40), 225)]
            return try VideoFrame(
                luma: scene.luma(), size: scene.size, time: MediaTime(seconds: Double(index) / 10))
        }
    }

    private func observe(_ tracker: SceneTracker, _ frames: [VideoFrame]) async throws -> [SceneObservation] {
        var observations: [SceneObservation] = []
        for frame in frames { observations.append(try await tracker.observe(frame)) }
        return observations
    }

    @Test("without a network, motion is followed")
    func motionOnly() async throws {
        let observations = try await observe(SceneTracker(), frames(count: 70))
        let phases = observations.flatMap(\.tracks).map(\.phase)
        #expect(phases.first == .appeared)
        #expect(phases.filter { $0 == .appeared }.count == 1)
        #expect(
            observations.last?.tracks.first?.sample.region.iou(Region(x: 180, y: 90, width: 30, height: 40)) ?? 0 > 0.7)
        #expect(observations.flatMap(\.tracks).allSatisfy { $0.sample.mask == nil && $0.origin == .motion })
    }

    @Test("masks come at the analysis rate, with their quality")
    func analysisRate() async throws {
        let family = FakeFamily()
        let observations = try await observe(SceneTracker(family: family), frames(count: 60))
        let withMask = observations.filter { $0.tracks.contains { $0.sample.mask != nil } }
        // About 2.5 s with the box in sight at 5 a second.
        #expect((9...16).contains(withMask.count))
        #expect(withMask.allSatisfy { ($0.tracks.first?.sample.quality ?? 0) >= 0.8 })
        #expect(family.calls.withLock { $0.starts } == 1)
        #expect(family.calls.withLock { $0.steps } == withMask.count - 1)
    }

    @Test("the same frames give the same observations")
    func deterministic() async throws {
        let frames = try frames(count: 60)
        let first = try await observe(SceneTracker(family: FakeFamily()), frames)
        let second = try await observe(SceneTracker(family: FakeFamily()), frames)
        #expect(first == second)
    }

    @Test("a network that fails is counted and motion goes on")
    func failure() async throws {
        let tracker = SceneTracker(family: FakeFamily(fails: true))
        let observations = try await observe(tracker, frames(count: 60))
        let plain = try await observe(SceneTracker(), frames(count: 60))
        #expect(observations == plain)
        #expect(await tracker.networkFailures == 2)
        #expect(await tracker.lastNetworkError?.isEmpty == false)
    }

    @Test("what a person clicks is followed until told otherwise")
    func prompted() async throws {
        let tracker = SceneTracker(family: FakeFamily())
        let frames = try frames(count: 40)
        _ = try await observe(tracker, Array(frames.prefix(10)))
        let (id, candidates) = try await tracker.addPrompt(.click(Point(x: 60, y: 50)), frame: frames[9])
        #expect(candidates.count == 1)
        let after = try await observe(tracker, Array(frames[10..<20]))
        let mine = after.flatMap(\.tracks).filter { $0.id == id }
        #expect((4...6).contains(mine.count))
        #expect(mine.allSatisfy { $0.origin == .prompt && $0.sample.mask?.area == 100 })
        await tracker.removePrompt(id)
        #expect(try await observe(tracker, Array(frames[20..<30])).flatMap(\.tracks).isEmpty)
    }

    @Test("a click outside the frame or without a network is refused with the reason")
    func refusedPrompts() async throws {
        let frame = try frames(count: 1)[0]
        await #expect(throws: SceneError.noNetwork) {
            _ = try await SceneTracker().addPrompt(.click(Point(x: 1, y: 1)), frame: frame)
        }
        let tracker = SceneTracker(family: FakeFamily())
        await #expect(throws: VisionError.self) {
            _ = try await tracker.addPrompt(.click(Point(x: 900, y: 1)), frame: frame)
        }
        for x in 0..<4 { _ = try await tracker.addPrompt(.click(Point(x: Double(20 + x), y: 20)), frame: frame) }
        await #expect(throws: SceneError.tooManyPrompts(limit: 4)) {
            _ = try await tracker.addPrompt(.click(Point(x: 30, y: 30)), frame: frame)
        }
    }

    @Test("a reconnected camera is learned anew")
    func epochs() async throws {
        let tracker = SceneTracker()
        #expect(try await observe(tracker, frames(count: 30)).last?.isWarm == true)
        var scene = SyntheticScene()
        let again = try VideoFrame(
            luma: scene.luma(), size: scene.size, time: MediaTime(epoch: 1, seconds: 4))
        #expect(try await tracker.observe(again).isWarm == false)
    }
}
