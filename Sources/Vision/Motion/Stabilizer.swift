import Domain

/// How far the frame is shifted against the background: the best whole shift of a few hundred points of strong
/// contrast, one per cell of a grid, refined by a parabola. Gradients are compared, so brightness plays no part, and
/// each point's difference is capped, so objects in front do not count.
final class Stabilizer {
    struct Shift: Equatable {
        /// Grid pixels by which the scene lies further right and down than in the background.
        var x: Float = 0
        var y: Float = 0
        /// Part of the points that look like the background at this shift, 0 to 1.
        var match: Float = 1
        /// Points compared; too few say nothing.
        var points = 0
    }

    /// Below this part of matching points the frame shows something else.
    static let leastMatch: Float = 0.3

    private struct Anchor {
        var x: Int
        var y: Int
        var gradientX: Float
        var gradientY: Float
    }

    private static let cell = 14
    private static let minContrast: Float = 14
    private static let cap: Float = 30
    private let width: Int
    private let height: Int
    private let reach: Int
    private var anchors: [Anchor] = []
    private var costs: [Float]

    init(width: Int, height: Int, reach: Int) {
        self.width = width
        self.height = height
        self.reach = reach
        costs = [Float](repeating: 0, count: (2 * reach + 1) * (2 * reach + 1))
        anchors.reserveCapacity((width / Self.cell + 1) * (height / Self.cell + 1))
    }

    /// Chooses the points anew.
    func learn(background: UnsafePointer<Float>) {
        anchors.removeAll(keepingCapacity: true)
        let margin = reach + 2
        var top = margin
        while top + Self.cell <= height - margin {
            var left = margin
            while left + Self.cell <= width - margin {
                var best = Anchor(x: 0, y: 0, gradientX: 0, gradientY: 0)
                var bestScore: Float = 0
                for y in top..<top + Self.cell {
                    for x in left..<left + Self.cell {
                        let at = background + (y * width + x)
                        let gradientX = at[1] - at[-1]
                        let gradientY = at[width] - at[-width]
                        let score = abs(gradientX) + abs(gradientY)
                        if score > bestScore {
                            bestScore = score
                            best = Anchor(x: x, y: y, gradientX: gradientX, gradientY: gradientY)
                        }
                    }
                }
                if bestScore >= Self.minContrast { anchors.append(best) }
                left += Self.cell
            }
            top += Self.cell
        }
    }

    func measure(frame: UnsafePointer<Float>, gain: Float) -> Shift {
        guard anchors.count >= 12 else { return Shift() }
        let side = 2 * reach + 1
        var bestIndex = 0
        for shiftY in -reach...reach {
            for shiftX in -reach...reach {
                var sum: Float = 0
                for anchor in anchors {
                    sum += difference(anchor, frame: frame, gain: gain, shiftX: shiftX, shiftY: shiftY)
                }
                let index = (shiftY + reach) * side + shiftX + reach
                costs[index] = sum
                if sum < costs[bestIndex] { bestIndex = index }
            }
        }
        let still = costs[reach * side + reach]
        if costs[bestIndex] > 0.85 * still { bestIndex = reach * side + reach }
        let wholeX = bestIndex % side - reach, wholeY = bestIndex / side - reach
        var shift = Shift(x: Float(wholeX), y: Float(wholeY), match: 0, points: anchors.count)
        if abs(wholeX) < reach, abs(wholeY) < reach {
            shift.x += Self.vertex(costs[bestIndex - 1], costs[bestIndex], costs[bestIndex + 1])
            shift.y += Self.vertex(costs[bestIndex - side], costs[bestIndex], costs[bestIndex + side])
        }
        var matching = 0
        for anchor in anchors {
            let size = abs(anchor.gradientX) + abs(anchor.gradientY)
            let gap = difference(anchor, frame: frame, gain: gain, shiftX: wholeX, shiftY: wholeY)
            if gap < max(8, 0.5 * min(size, Self.cap)) { matching += 1 }
        }
        shift.match = Float(matching) / Float(anchors.count)
        if shift.match < Self.leastMatch {
            // Another view: the best of bad shifts changes from frame to frame, and following it would look like
            // motion.
            shift.x = 0
            shift.y = 0
        }
        return shift
    }

    /// Resamples the frame bilinearly to where the background lies.
    static func undo(
        _ shift: Shift, frame: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, width: Int, height: Int
    ) {
        let floorX = shift.x.rounded(.down), floorY = shift.y.rounded(.down)
        let partX = shift.x - floorX, partY = shift.y - floorY
        let stepX = Int(clamping: floorX), stepY = Int(clamping: floorY)
        for y in 0..<height {
            let upper = frame + min(height - 1, max(0, y + stepY)) * width
            let lower = frame + min(height - 1, max(0, y + stepY + 1)) * width
            let out = target + y * width
            for x in 0..<width {
                let left = min(width &- 1, max(0, x &+ stepX))
                let right = min(width &- 1, max(0, x &+ stepX &+ 1))
                let top = upper[left] + partX * (upper[right] - upper[left])
                let bottom = lower[left] + partX * (lower[right] - lower[left])
                out[x] = top + partY * (bottom - top)
            }
        }
    }

    private func difference(
        _ anchor: Anchor, frame: UnsafePointer<Float>, gain: Float, shiftX: Int, shiftY: Int
    ) -> Float {
        let index: Int = (anchor.y + shiftY) * width + (anchor.x + shiftX)
        let at = frame + index
        let gradientX = at[1] - at[-1]
        let gradientY = at[width] - at[-width]
        return min(Self.cap, abs(gradientX - gain * anchor.gradientX) + abs(gradientY - gain * anchor.gradientY))
    }

    /// Where the parabola through three equally spaced values has its lowest point, −0.5 to 0.5.
    private static func vertex(_ before: Float, _ at: Float, _ after: Float) -> Float {
        let bend = before - 2 * at + after
        guard bend > 0 else { return 0 }
        return min(0.5, max(-0.5, 0.5 * (before - after) / bend))
    }
}
