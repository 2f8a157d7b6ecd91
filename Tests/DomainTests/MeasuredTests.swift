import Domain
import TestSupport
import Testing

@Suite("Measured values")
struct MeasuredTests {
    @Test("inside the range a measured value is cut off as Int does it")
    func inside() {
        #expect([2.9, -2.9, 0, -0.0, 41 as Double].map { Int(clamping: $0, to: -50...50) } == [2, -2, 0, 0, 41])
        #expect(Int(clamping: Float(7.5)) == 7)
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let value = Double.random(in: -1e9...1e9, using: &generator)
            #expect(Int(clamping: value) == Int(value))
        }
    }

    @Test("beyond it, it is the nearer end, and what is not a number is the value nearest to 0")
    func beyond() {
        #expect(Int(clamping: Double.infinity) == 1_000_000_000)
        #expect(Int(clamping: -Double.infinity) == -1_000_000_000)
        #expect(Int(clamping: 1e300, to: 0...9) == 9)
        #expect(Int(clamping: -0.5, to: 0...9) == 0)
        #expect(Int(clamping: Double(0) * .infinity, to: -3...3) == 0)
        #expect(Int(clamping: Double.nan, to: 4...9) == 4)
        #expect(Int(clamping: Float.nan, to: -9 ... -4) == -4)
        #expect(Int(clamping: 1e19, to: .min ... .max) == .max)
        #expect(Int(clamping: -1e19, to: .min ... .max) == .min)
    }

    @Test("times far beyond any clock, and none at all, are no reason to end")
    func times() {
        #expect(MediaTime(seconds: .nan).pts90k == 0)
        #expect(MediaTime(seconds: .infinity) > MediaTime(seconds: 1e12))
        let latest = MediaTime(pts90k: .max), first = MediaTime(pts90k: .min)
        #expect(latest.advanced(bySeconds: 1) == latest)
        #expect(first.advanced(bySeconds: -1) == first)
        #expect((latest.seconds(since: first) ?? 0) > 1e14)
    }

    @Test("a region measured in a frame without size stays as it is; a wild scale gives no wild region")
    func regions() {
        let region = Region(x: 10, y: 10, width: 20, height: 20)
        #expect(region.scaled(from: FrameSize(width: 0, height: 0), to: FrameSize(width: 9, height: 9)) == region)
        let wild = region.scaled(from: FrameSize(width: 1, height: 1), to: FrameSize(width: .max, height: .max))
        #expect(wild.endX <= 1_000_000_000 && wild.endY <= 1_000_000_000)
    }

    @Test("the median is the value in the middle; of an even number the mean")
    func medians() {
        #expect([3.0, 1, 2].median() == 2)
        #expect([4.0, 1, 2, 3].median() == 2.5)
        #expect([Double]().median().isNaN)
    }
}
