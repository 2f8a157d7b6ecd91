import Domain
import Foundation
import Media
import TestSupport
import Testing

@testable import Vision

/// With a small network of random weights: what it finds means nothing, but it finds something.
@Suite("Following with a published network", .serialized)
struct PublishedSessionTests {
    private static let folder = RecordedClip.folder.appending(path: "mini_sam2")
    private static let loading = Task { try await PublishedParityTests.load(folder) }
    private static let prompt = Prompt(box: Region(x: 66, y: 45, width: 23, height: 17))

    private func frames() throws -> [VideoFrame] {
        try RecordedClip.read(Self.folder).images(Self.folder).enumerated().map { index, image in
            try VideoFrame(image: image, time: MediaTime(seconds: Double(index) / 10))
        }
    }

    @Test("a session says of each frame, on the way there and back, what the tracker finds in it")
    func follow() async throws {
        let frames = try frames(), family = try await Self.loading.value
        let session = try family.makeSession(), tracker = family.makeTracker()
        let found = try await session.start(frames[3], prompt: Self.prompt, change: nil)
        let points = PointPrompt.points(of: Self.prompt, in: frames[3].size, side: family.graphs.settings.imageSide)
        let first = try await tracker.prompt(3, family.embeddings.embedding(of: frames[3]), points: points)
        let size = frames[3].size
        #expect((1...3).contains(found.count))
        #expect(found.first == MaskCandidate(mask: first.logits.mask(of: size), predictedIoU: Double(first.iou)))
        var seenCount = 0
        for (number, backwards) in (4...12).map({ ($0, false) }) + (5...11).reversed().map({ ($0, true) }) {
            let embedding = try await family.embeddings.embedding(of: frames[number])
            let expected = try await tracker.track(number, embedding, backwards: backwards)
            let seen = try await session.step(frames[number], change: nil)
            if let mask = seen.mask {
                seenCount += 1
                #expect(expected.isPresent && mask == expected.logits.mask(of: size))
            } else {
                #expect(!expected.isPresent || expected.logits.bounds == nil)
            }
        }
        #expect(seenCount > 0)
    }

    @Test("a mask alone is followed as it is given; an empty prompt, and one outside, are refused")
    func prompts() async throws {
        let frames = try frames(), session = try await Self.loading.value.makeSession()
        await #expect(throws: VisionError.notStarted) { try await session.step(frames[0], change: nil) }
        await #expect(throws: VisionError.promptEmpty) {
            try await session.start(frames[0], prompt: Prompt(), change: nil)
        }
        await #expect(throws: VisionError.self) {
            try await session.start(frames[0], prompt: .click(Point(x: 400, y: 2)), change: nil)
        }
        let mask = Mask(
            size: frames[0].size,
            bitmap: (0..<frames[0].size.area).map { index in
                let x = index % frames[0].size.width - 16, y = index / frames[0].size.width - 24
                return x * x + y * y <= 81 ? 1 : 0
            })
        let found = try await session.start(frames[0], prompt: Prompt(mask: mask), change: nil)
        #expect(found == [MaskCandidate(mask: mask, predictedIoU: 1)])
        _ = try await session.step(frames[1], change: nil)
    }

    @Test("another candidate can be chosen, and changes what is found; one that there isn't is refused")
    func choose() async throws {
        let frames = try frames(), family = try await Self.loading.value
        var observations: [MaskObservation] = []
        for candidate in 0...1 {
            let session = try family.makeSession()
            let found = try await session.start(frames[3], prompt: Self.prompt, change: nil)
            try #require(found.count > 1)
            await #expect(throws: VisionError.noSuchCandidate(index: 7, count: found.count)) {
                try await session.choose(7)
            }
            try await session.choose(candidate)
            observations.append(try await session.step(frames[4], change: nil))
        }
        #expect(observations[0] != observations[1])
    }

    @Test("a later frame is first looked at with the memory, then corrected; a second click there adds to the first")
    func correct() async throws {
        let frames = try frames(), family = try await Self.loading.value
        let session = try family.makeSession(), tracker = family.makeTracker()
        let size = frames[3].size, side = family.graphs.settings.imageSide
        func points(_ prompt: Prompt) -> [PointPrompt] { PointPrompt.points(of: prompt, in: size, side: side) }
        let click = Prompt.click(Point(x: 60, y: 40)), second = Point(x: 20, y: 20)
        _ = try await session.start(frames[3], prompt: Self.prompt, change: nil)
        let once = try await session.correct(frames[4], prompt: click)
        let twice = try await session.correct(frames[4], prompt: Prompt(negative: [second]))

        let embedding = try await family.embeddings.embedding(of: frames[4])
        _ = try await tracker.prompt(3, family.embeddings.embedding(of: frames[3]), points: points(Self.prompt))
        _ = try await tracker.track(4, embedding, backwards: false)
        let first = try await tracker.prompt(4, embedding, points: points(click))
        #expect(once.first?.mask == (first.isPresent ? first.logits.mask(of: size) : nil))
        let both = try await tracker.prompt(
            4, embedding, points: points(Prompt(positive: click.positive, negative: [second])))
        #expect(twice.first?.mask == (both.isPresent ? both.logits.mask(of: size) : nil))
        await #expect(throws: VisionError.promptEmpty) { try await session.correct(frames[5], prompt: Prompt()) }
    }

    @Test("several objects of a frame share one embedding, also when they ask at the same time")
    func shared() async throws {
        let frames = try frames(), family = try await Self.loading.value
        let sessions = try (0..<3).map { _ in try family.makeSession() }
        let before = await family.embeddings.computed
        try await withThrowingTaskGroup(of: Void.self) { group in
            for session in sessions {
                group.addTask {
                    _ = try await session.start(frames[3], prompt: Self.prompt, change: nil)
                    _ = try await session.step(frames[4], change: nil)
                }
            }
            try await group.waitForAll()
        }
        #expect(await family.embeddings.computed == before + 2)
    }

    @Test("what is remembered stays bounded", arguments: [false, true])
    func bounded(followsMotion: Bool) async throws {
        let frames = try frames()
        let family = try await PublishedFamily(
            directory: Self.folder, inference: InferenceService(), followsMotion: followsMotion)
        let tracker = family.makeTracker()
        let embedding = try await family.embeddings.embedding(of: frames[0])
        let points = [PointPrompt(x: 21, y: 42, label: .object)]
        _ = try await tracker.prompt(0, embedding, points: points)
        for number in 1...60 { _ = try await tracker.track(number, embedding, backwards: false) }
        #expect(await tracker.memoryCount <= 1 + 14)
        #expect(await tracker.rememberedFrames.count <= 1 + 16 + 14)
    }
}
