import CMotion
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

    private static let cell = 14
    /// In 64ths of a grey level.
    private static let minContrast = 14 * Int(CM_LEVEL)
    private static let cap = 30 * Int32(CM_LEVEL)
    private let width: Int
    private let height: Int
    private let reach: Int
    /// Contrast points of the background, and the same in the frame's exposure.
    private var anchors: [cm_anchor] = []
    private var exposed: [cm_anchor] = []
    private var costs: [Int64]

    init(width: Int, height: Int, reach: Int) {
        self.width = width
        self.height = height
        self.reach = reach
        costs = [Int64](repeating: 0, count: (2 * reach + 1) * (2 * reach + 1))
        anchors.reserveCapacity((width / Self.cell + 1) * (height / Self.cell + 1))
        exposed.reserveCapacity(anchors.capacity)
    }

    /// Chooses the points anew.
    func learn(background: Plane<Int16>) {
        anchors.removeAll(keepingCapacity: true)
        let margin = reach + 2
        var top = margin
        while top + Self.cell <= height - margin {
            var left = margin
            while left + Self.cell <= width - margin {
                if let best = strongest(background.pixels, left: left, top: top) { anchors.append(best) }
                left += Self.cell
            }
            top += Self.cell
        }
    }

    /// The point of strongest contrast in a cell.
    private func strongest(_ pixels: UnsafePointer<Int16>, left: Int, top: Int) -> cm_anchor? {
        var best: cm_anchor?
        var bestScore = Self.minContrast - 1
        for y in top..<top + Self.cell {
            for x in left..<left + Self.cell {
                let at = pixels + (y * width + x)
                let gradientX = Int32(at[1]) - Int32(at[-1])
                let gradientY = Int32(at[width]) - Int32(at[-width])
                let score = Int(abs(gradientX) + abs(gradientY))
                guard score > bestScore else { continue }
                bestScore = score
                best = cm_anchor(offset: Int32(y * width + x), gradientX: gradientX, gradientY: gradientY)
            }
        }
        return best
    }

    func measure(frame: UnsafePointer<Int16>, gain: Float) -> Shift {
        guard anchors.count >= 12 else { return Shift() }
        exposed.removeAll(keepingCapacity: true)
        for anchor in anchors {
            exposed.append(
                cm_anchor(
                    offset: anchor.offset, gradientX: Int32((gain * Float(anchor.gradientX)).rounded()),
                    gradientY: Int32((gain * Float(anchor.gradientY)).rounded())))
        }
        let side = 2 * reach + 1, still = reach * side + reach
        for index in costs.indices { costs[index] = -1 }
        let stillCost = cost(at: still, frame)
        // A shift must be clearly better than none; of others it is enough to know that they are not.
        var bestIndex = still
        var bound = Int64(0.85 * Double(stillCost))
        for index in costs.indices where index != still {
            let sum = cost(at: index, frame, bound: bound)
            guard sum <= bound, sum < costs[bestIndex] else { continue }
            bestIndex = index
            bound = sum
        }
        let wholeX = bestIndex % side - reach, wholeY = bestIndex / side - reach
        var shift = Shift(x: Float(wholeX), y: Float(wholeY), match: 0, points: anchors.count)
        if abs(wholeX) < reach, abs(wholeY) < reach {
            let here = costs[bestIndex]
            shift.x += Self.vertex(cost(at: bestIndex - 1, frame), here, cost(at: bestIndex + 1, frame))
            shift.y += Self.vertex(cost(at: bestIndex - side, frame), here, cost(at: bestIndex + side, frame))
        }
        shift.match = Float(matching(frame, shift: wholeY * width + wholeX)) / Float(anchors.count)
        if shift.match < Self.leastMatch {
            // Another view: the best of bad shifts changes from frame to frame, and following it would look like
            // motion.
            shift.x = 0
            shift.y = 0
        }
        return shift
    }

    /// How far the frame is from the background at one of the shifts; no longer exact beyond `bound`.
    private func cost(at index: Int, _ frame: UnsafePointer<Int16>, bound: Int64 = .max) -> Int64 {
        if costs[index] >= 0 { return costs[index] }
        let side = 2 * reach + 1
        let shift = (index / side - reach) * width + index % side - reach
        let sum = exposed.withUnsafeBufferPointer {
            cm_shift_cost(frame, Int32(width), $0.baseAddress, Int32($0.count), Int32(shift), Self.cap, bound)
        }
        if sum <= bound { costs[index] = sum }
        return sum
    }

    /// Points that look like the background.
    private func matching(_ frame: UnsafePointer<Int16>, shift: Int) -> Int {
        let grey = Int32(CM_LEVEL)
        var matching = 0
        for index in anchors.indices {
            let anchor = exposed[index]
            let size = abs(anchors[index].gradientX) + abs(anchors[index].gradientY)
            let at = frame + (Int(anchor.offset) + shift)
            let x = Int32(at[1]) - Int32(at[-1]) - anchor.gradientX
            let y = Int32(at[width]) - Int32(at[-width]) - anchor.gradientY
            if min(Self.cap, abs(x) + abs(y)) < max(8 * grey, min(size, Self.cap) / 2) { matching += 1 }
        }
        return matching
    }

    /// Resamples the frame bilinearly to where the background lies.
    static func undo(
        _ shift: Shift, frame: UnsafePointer<Int16>, into target: UnsafeMutablePointer<Int16>, width: Int, height: Int
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
                let top = Float(upper[left]) + partX * (Float(upper[right]) - Float(upper[left]))
                let bottom = Float(lower[left]) + partX * (Float(lower[right]) - Float(lower[left]))
                out[x] = Int16((top + partY * (bottom - top)).rounded())
            }
        }
    }

    /// Where the parabola through three equally spaced values has its lowest point, −0.5 to 0.5.
    private static func vertex(_ before: Int64, _ at: Int64, _ after: Int64) -> Float {
        let bend = Float(before - 2 * at + after)
        guard bend > 0 else { return 0 }
        return min(0.5, max(-0.5, 0.5 * Float(before - after) / bend))
    }
}
