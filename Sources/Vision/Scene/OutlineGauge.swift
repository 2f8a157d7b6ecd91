/// Distinguishes something that stands there from the place that something left: the one differs in the frame from what
/// is around it, the other did so in the background.
///
/// A blob is larger than what it shows (smoothing, shadows, colour at half the resolution), so that its outline often
/// lies on the floor at both times and shows no edge at all. Compared are therefore means: of the blob's inside with a
/// ring some pixels outside of it, in eight directions seen from its middle, in luma and colour. Means, because a
/// patterned floor differs from itself from pixel to pixel, but not over a stretch; directions, because surroundings
/// differ from side to side.
final class OutlineGauge {
    private static let sectors = 8
    /// Counts inside and outside; then luma, u and v of the frame's inside and outside and of the background's.
    private static let sums = 14
    /// How far outside of the outline the ring lies, in grid pixels.
    private static let reach = 4

    private let totals = Plane<Float>(width: sums, height: sectors, filledWith: 0)

    /// - Returns: the frame's part of both contrasts, 0 to 1: near 1 for something that came, near 0 for a place that
    ///   was left; nil when too little of the ring or of the inside is seen.
    func contrast(of label: UInt16, box: Box, center: (x: Double, y: Double), labels: Plane<UInt16>, _ core: MotionCore)
        -> Double?
    {
        totals.fill(0)
        let width = labels.width, height = labels.height, marks = labels.pixels
        let centerX = Float(center.x), centerY = Float(center.y)
        for y in max(0, box.top)...min(height - 1, max(box.top, box.bottom)) {
            let row = y &* width
            for x in max(0, box.left)...min(width - 1, max(box.left, box.right)) where marks[row &+ x] == label {
                let sector = Self.sector(Float(x) + 0.5 - centerX, Float(y) + 0.5 - centerY)
                let sums = totals.pixels + sector &* Self.sums
                var isRim = false
                if x >= 2, marks[row &+ x &- 2] != label {
                    isRim = true
                    add(x &- Self.reach, y, to: sums, isInside: false, labels, core)
                }
                if x < width &- 2, marks[row &+ x &+ 2] != label {
                    isRim = true
                    add(x &+ Self.reach, y, to: sums, isInside: false, labels, core)
                }
                if y >= 2, marks[row &+ x &- 2 &* width] != label {
                    isRim = true
                    add(x, y &- Self.reach, to: sums, isInside: false, labels, core)
                }
                if y < height &- 2, marks[row &+ x &+ 2 &* width] != label {
                    isRim = true
                    add(x, y &+ Self.reach, to: sums, isInside: false, labels, core)
                }
                if !isRim { add(x, y, to: sums, isInside: true, labels, core) }
            }
        }
        return ratio()
    }

    /// The eighth of the plane in which a direction lies.
    @inline(__always)
    private static func sector(_ x: Float, _ y: Float) -> Int {
        (abs(x) > abs(y) ? 0 : 1) | (x < 0 ? 2 : 0) | (y < 0 ? 4 : 0)
    }

    /// Adds one pixel. Outside, only what belongs to no track counts.
    @inline(__always)
    private func add(
        _ x: Int, _ y: Int, to sums: UnsafeMutablePointer<Float>, isInside: Bool, _ labels: Plane<UInt16>,
        _ core: MotionCore
    ) {
        guard x >= 0, y >= 0, x < labels.width, y < labels.height else { return }
        let pixel = y &* labels.width &+ x
        guard isInside || labels.pixels[pixel] == 0 else { return }
        let reduced = core.reduced, background = core.background
        let first = isInside ? 2 : 5
        sums[isInside ? 0 : 1] += 1
        sums[first] += reduced.luma.pixels[pixel].greyLevels
        sums[first &+ 6] += background.level.pixels[pixel].greyLevels
        guard reduced.hasChroma else { return }
        let chroma =
            min(reduced.chromaHeight &- 1, y / 2) &* reduced.chromaWidth &+ min(reduced.chromaWidth &- 1, x / 2)
        sums[first &+ 1] += reduced.chromaU.pixels[chroma].greyLevels
        sums[first &+ 2] += reduced.chromaV.pixels[chroma].greyLevels
        sums[first &+ 7] += background.chromaU.level.pixels[chroma].greyLevels
        sums[first &+ 8] += background.chromaV.level.pixels[chroma].greyLevels
    }

    private func ratio() -> Double? {
        var frame: Float = 0, background: Float = 0, inside: Float = 0, outside: Float = 0
        for sector in 0..<Self.sectors {
            let sums = totals.pixels + sector * Self.sums
            guard sums[0] >= 3, sums[1] >= 2 else { continue }
            inside += sums[0]
            outside += sums[1]
            for channel in 0..<3 {
                let now = sums[2 + channel] / sums[0] - sums[5 + channel] / sums[1]
                let before = sums[8 + channel] / sums[0] - sums[11 + channel] / sums[1]
                frame += sums[1] * now * now
                background += sums[1] * before * before
            }
        }
        guard inside >= 12, outside >= 8, frame + background > 0 else { return nil }
        return Double(frame / (frame + background))
    }
}
