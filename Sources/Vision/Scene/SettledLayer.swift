/// What stands still in front of the background: for each pixel whose it is and how it looks, so that a person who
/// passes in front of a box, or a puddle's edge that creeps on, is told apart from it.
final class SettledLayer {
    let owner: Plane<UInt16>
    private let look: Plane<Float>
    /// Usual frames without change.
    private let age: Plane<UInt16>
    /// Usual frames since the pixel was last in front of the background.
    private let gone: Plane<UInt8>

    init(width: Int, height: Int) {
        owner = Plane(width: width, height: height, filledWith: 0)
        look = Plane(width: width, height: height, filledWith: 0)
        age = Plane(width: width, height: height, filledWith: 0)
        gone = Plane(width: width, height: height, filledWith: 0)
    }

    func reset() {
        owner.fill(0)
        age.fill(0)
        gone.fill(0)
    }

    /// Ages the pixels and forgets those that are background again.
    /// - Parameter frames: as how many usual frames this one counts.
    func advance(foreground: UnsafePointer<UInt8>, moving: UnsafePointer<UInt8>, frames: UInt8, forgetFrames: UInt8) {
        let oldest: UInt16 = 60_000, longest = 255 - frames, ageing = UInt16(frames)
        let owner = owner.pixels, age = age.pixels, gone = gone.pixels
        for index in 0..<self.owner.count {
            let front = foreground[index] & 1
            let still = front & ~moving[index]
            let older = age[index] >= oldest ? oldest : age[index] &+ ageing
            age[index] = still == 1 ? older : 0
            let away: UInt8 = front == 1 ? 0 : (gone[index] > longest ? 255 : gone[index] &+ frames)
            gone[index] = away
            owner[index] = away > forgetFrames ? 0 : owner[index]
        }
    }

    /// Whether the pixel still looks as it did when it settled.
    @inline(__always)
    func isVisible(_ index: Int, luma: Float, tolerance: Float) -> Bool {
        abs(luma - look.pixels[index]) <= tolerance
    }

    /// Gives a pixel that has been still for long enough to `label`.
    @inline(__always)
    func settle(
        _ index: Int, label: UInt16, luma: Float, frames: UInt16, settleFrames: UInt16, takeOverFrames: UInt16
    ) {
        let held = owner.pixels[index]
        if held == label {
            look.pixels[index] += 0.05 * (luma - look.pixels[index])
            let age = age.pixels[index]
            if age >= settleFrames, age < settleFrames &+ frames { look.pixels[index] = luma }
        } else if age.pixels[index] >= (held == 0 ? settleFrames : takeOverFrames) {
            owner.pixels[index] = label
            look.pixels[index] = luma
        }
    }

    /// Hands the pixels of one owner that `labels` gives to another over to that one.
    func release(_ label: UInt16) {
        for index in 0..<owner.count where owner.pixels[index] == label { owner.pixels[index] = 0 }
    }
}
