import CMotion
import Domain
import TestSupport
import Testing

@testable import Vision

/// How long the view has stood still.
@Suite("Frozen frames")
struct ViewGaugeTests {
    private let width = 64
    private let height = 36

    /// - Parameter change: added to a pixel at a moment.
    private func frozen(
        seconds: Double, _ change: (_ seconds: Double, _ pixel: Int) -> Float
    ) -> [(seconds: Double, frozen: Double)] {
        let watch = ViewGauge()
        return (0..<Int(seconds * 10)).map { frame in
            let now = Double(frame) / 10
            let pixels = (0..<width * height).map { Int16((Float(60 + $0 % 90) + change(now, $0)) * Float(CM_LEVEL)) }
            let statistics = pixels.withUnsafeBufferPointer { bytes in
                watch.look(bytes.baseAddress!, width: width, height: height, seconds: now)
            }
            return (now, statistics.frozenSeconds)
        }
    }

    @Test("a frame that never changes is frozen, and no longer once one changes")
    func still() {
        let steady = frozen(seconds: 30) { now, pixel in now < 20 || pixel != 700 ? 0 : Float(now) }
        #expect(abs((steady.last { $0.seconds < 20 }?.frozen ?? 0) - 19.9) < 0.2)
        #expect((steady.last?.frozen ?? 99) < 1)
    }

    @Test("so is one whose encoder pulses at each key frame, the same each time")
    func pulses() {
        let pulsing = frozen(seconds: 40) { now, pixel in
            let sinceKey = now.truncatingRemainder(dividingBy: 2)
            return sinceKey < 0.35 && pixel % 7 == 0 ? 1.5 : 0
        }
        #expect((pulsing.last?.frozen ?? 0) > 37)
    }

    @Test("a still scene with a camera's noise is not, even where most frames repeat the one before")
    func noise() {
        var generator = SeededGenerator(seed: 3)
        var grain: [Int: Float] = [:]
        let live = frozen(seconds: 40) { now, pixel in
            // New noise with each key frame, nothing between.
            let key = Int(now / 2) * 10_000 + pixel
            if let known = grain[key] { return known }
            let value = Float.random(in: -1...1, using: &generator)
            grain[key] = value
            return value
        }
        #expect((live.map(\.frozen).max() ?? 99) <= 2)
    }
}
