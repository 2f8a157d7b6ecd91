import Domain
import Testing

@testable import Vision

@Suite("Memory and place")
struct MemoryAndPlaceTests {
    @Test("the prompted frame stays, recent ones take turns")
    func recent() {
        var slots = MemorySlots(count: 4)
        #expect(slots.slotForPrompted() == 0)
        #expect((0..<7).map { _ in slots.slotForRecent() } == [1, 2, 3, 1, 2, 3, 1])
        #expect(slots.uses[0] == .prompted(order: 0))
    }

    @Test(
        "later prompts push recent frames out, then each other, never the first, and one slot stays for recent frames")
    func prompts() {
        var slots = MemorySlots(count: 4)
        _ = slots.slotForPrompted()
        for _ in 0..<3 { _ = slots.slotForRecent() }
        #expect(slots.slotForPrompted() == 1)
        #expect(slots.slotForPrompted() == 2)
        #expect(slots.slotForPrompted() == 1)
        #expect(slots.slotForPrompted() == 2)
        #expect(slots.slotForRecent() == 3)
        #expect(slots.slotForRecent() == 3)
        #expect(slots.uses[0] == .prompted(order: 0))
    }

    @Test("the place goes on at the measured velocity, whatever the gaps between frames")
    func velocity() {
        var place = PlacePredictor(centre: Point(x: 50, y: 50), extent: 20, seconds: 0)
        var seconds = 0.0
        for gap in [0.2, 0.1, 0.3, 0.2, 0.2, 0.4, 0.2, 0.2] {
            seconds += gap
            // 100 pixels a second to the right, 50 up.
            let region = Region(x: 40 + Int(100 * seconds), y: 40 - Int(50 * seconds), width: 20, height: 20)
            place.see(region, seconds: seconds, isContinuous: true)
        }
        let next = place.centre(at: seconds + 0.2)
        #expect(next.distance(to: Point(x: 50 + 100 * (seconds + 0.2), y: 50 - 50 * (seconds + 0.2))) < 3)
    }

    @Test("a lost object is expected farther on the way it went, more slowly from frame to frame")
    func loss() {
        var place = PlacePredictor(centre: Point(x: 50, y: 50), extent: 20, seconds: 0)
        place.see(Region(x: 60, y: 40, width: 20, height: 20), seconds: 0.2, isContinuous: true)
        // Half of 100 pixels a second is believed of the first measurement.
        #expect(place.velocity == Point(x: 50, y: 0))
        place.lose(at: 0.4)
        #expect(place.centre == Point(x: 80, y: 50) && place.velocity.x == 40)
        place.lose(at: 0.6)
        #expect(abs(place.centre.x - 88) < 1e-9 && abs(place.velocity.x - 32) < 1e-9)
    }

    @Test("the search for a lost object visits windows all over the frame")
    func scan() {
        let frame = FrameSize(width: 640, height: 360)
        var seen = [Bool](repeating: false, count: frame.area)
        for lost in 1...60 {
            let region = PromptWindows.scan(lostFrames: lost, extent: 30, in: frame).region.clamped(to: frame)
            for y in region.y..<region.endY { for x in region.x..<region.endX { seen[y * frame.width + x] = true } }
        }
        #expect(seen.allSatisfy { $0 })
    }
}
