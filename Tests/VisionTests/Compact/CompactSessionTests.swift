import Domain
import Media
import TestSupport
import Testing

@testable import Vision

@Suite("Following with the bundled network", .serialized)
struct CompactSessionTests {
    @Test("a click gives different candidates, the best of which holds the click and is the object")
    func click() async throws {
        let session = try await Synthetic.family().makeSession()
        let click = Point(x: 128, y: 108)
        let found = try await session.start(
            Synthetic.frame(square: (100, 80), seconds: 0), prompt: .click(click), change: nil)
        #expect((1...3).contains(found.count))
        let best = try #require(found.first)
        #expect(best.mask.size == Synthetic.size)
        #expect(best.mask.contains(click))
        #expect(best.mask.iou(Synthetic.squareMask(at: (100, 80))) > 0.7)
        #expect((0...1).contains(best.predictedIoU))
        for (index, candidate) in found.enumerated() {
            #expect(found[..<index].allSatisfy { $0.mask.iou(candidate.mask) < 0.9 })
        }
    }

    @Test("a mask alone is followed as it is given")
    func mask() async throws {
        let session = try await Synthetic.family().makeSession()
        let mask = Synthetic.squareMask(at: (100, 80))
        let found = try await session.start(
            Synthetic.frame(square: (100, 80), seconds: 0), prompt: Prompt(mask: mask), change: nil)
        #expect(found.first?.mask == mask)
        #expect(found.count <= 3)
    }

    @Test("an object is followed while it moves, is lost when it leaves, and the mask never becomes the floor")
    func follow() async throws {
        let session = try await Synthetic.family().makeSession()
        var x = 100, seconds = 0.0
        _ = try await session.start(
            Synthetic.frame(square: (x, 80), seconds: 0), prompt: Prompt(mask: Synthetic.squareMask(at: (x, 80))),
            change: nil)
        for _ in 0..<10 {
            x += 8
            seconds += 0.2
            let seen = try await session.step(Synthetic.frame(square: (x, 80), seconds: seconds), change: nil)
            let mask = try #require(seen.mask)
            #expect(mask.iou(Synthetic.squareMask(at: (x, 80))) > 0.5)
        }
        var lost = 0
        for _ in 0..<6 {
            seconds += 0.2
            let seen = try await session.step(Synthetic.frame(square: nil, seconds: seconds), change: nil)
            if seen == .lost { lost += 1 }
            #expect(seen.mask?.area ?? 0 < Synthetic.size.area / 2)
        }
        #expect(lost >= 4)
    }

    @Test("a followed object costs one mask a frame, however many answers the network gives")
    func oneMaskAFrame() async throws {
        let session = try #require(try await Synthetic.family().makeSession() as? CompactSession)
        let frame = try Synthetic.frame(square: (100, 80), seconds: 0)
        _ = try await session.start(frame, prompt: .click(Point(x: 128, y: 108)), change: nil)
        let before = await session.masksMade
        for step in 1...4 {
            let seen = try await session.step(
                Synthetic.frame(square: (100 + 8 * step, 80), seconds: 0.2 * Double(step)), change: nil)
            #expect(seen.mask != nil)
        }
        #expect(await session.masksMade == before + 4)
    }

    @Test("a correction on the same frame adds its clicks; one on a later frame goes on from there")
    func correct() async throws {
        let session = try await Synthetic.family().makeSession()
        let first = try Synthetic.frame(square: (100, 80), seconds: 0)
        _ = try await session.start(first, prompt: .click(Point(x: 128, y: 108)), change: nil)
        let again = try await session.correct(first, prompt: Prompt(negative: [Point(x: 20, y: 20)]))
        #expect(try #require(again.first).mask.iou(Synthetic.squareMask(at: (100, 80))) > 0.7)

        let later = try Synthetic.frame(square: (110, 84), seconds: 0.2)
        let corrected = try await session.correct(later, prompt: .click(Point(x: 130, y: 110)))
        #expect(try #require(corrected.first).mask.iou(Synthetic.squareMask(at: (110, 84))) > 0.7)
        let next = try await session.step(Synthetic.frame(square: (118, 88), seconds: 0.4), change: nil)
        #expect(try #require(next.mask).iou(Synthetic.squareMask(at: (118, 88))) > 0.5)
    }

    @Test("choosing another candidate follows that one; there is no candidate beyond the last")
    func choose() async throws {
        let session = try await Synthetic.family().makeSession()
        await #expect(throws: VisionError.notStarted) { try await session.choose(0) }
        let found = try await session.start(
            Synthetic.frame(square: (100, 80), seconds: 0), prompt: .click(Point(x: 128, y: 108)), change: nil)
        try await session.choose(found.count - 1)
        await #expect(throws: VisionError.noSuchCandidate(index: found.count, count: found.count)) {
            try await session.choose(found.count)
        }
    }

    @Test("a prompt that can't mean anything is refused, and the session stays usable")
    func badPrompts() async throws {
        let session = try await Synthetic.family().makeSession()
        let frame = try Synthetic.frame(square: (100, 80), seconds: 0)
        let outside = Point(x: 320, y: 10)
        await #expect(throws: VisionError.clickOutside(outside, frame: Synthetic.size)) {
            try await session.start(frame, prompt: .click(outside), change: nil)
        }
        await #expect(throws: VisionError.promptEmpty) {
            try await session.start(frame, prompt: Prompt(negative: [Point(x: 1, y: 1)]), change: nil)
        }
        let box = Region(x: 400, y: 10, width: 20, height: 20)
        await #expect(throws: VisionError.boxOutside(box, frame: Synthetic.size)) {
            try await session.start(frame, prompt: Prompt(box: box), change: nil)
        }
        let small = Mask(empty: FrameSize(width: 10, height: 10))
        await #expect(throws: VisionError.promptMaskSize(found: small.size, frame: Synthetic.size)) {
            try await session.start(frame, prompt: Prompt(mask: small), change: nil)
        }
        await #expect(throws: VisionError.notStarted) { try await session.step(frame, change: nil) }
        await #expect(throws: VisionError.notStarted) {
            try await session.correct(frame, prompt: .click(Point(x: 9, y: 9)))
        }
        let found = try await session.start(frame, prompt: .click(Point(x: 128, y: 108)), change: nil)
        #expect(!found.isEmpty)
    }

    @Test("a change of the frame's size in the middle is survived")
    func resolution() async throws {
        let session = try await Synthetic.family().makeSession()
        _ = try await session.start(
            Synthetic.frame(square: (100, 80), seconds: 0), prompt: Prompt(mask: Synthetic.squareMask(at: (100, 80))),
            change: nil)
        let larger = FrameSize(width: 400, height: 300)
        let seen = try await session.step(
            Synthetic.frame(square: (125, 100), seconds: 0.2, size: larger), change: nil)
        let mask = try #require(seen.mask)
        #expect(mask.size == larger)
        // The square is as many pixels large as before, and lies where the frame shows it.
        #expect(mask.iou(Synthetic.squareMask(at: (125, 100), size: larger)) > 0.5)
    }
}
