/// The pixel of a blob farthest from its edge, where a person would click.
enum InnerPoint {
    /// By the chamfer distance 3-4 (Borgefors 1986); beyond the picture counts as edge.
    /// - Returns: nil when no pixel in `box` has the label.
    static func find(labels: Plane<UInt16>, label: UInt16, box: Box) -> (x: Int, y: Int)? {
        let left = max(0, box.left), top = max(0, box.top)
        let right = min(labels.width - 1, box.right), bottom = min(labels.height - 1, box.bottom)
        guard left <= right, top <= bottom else { return nil }
        // One pixel of edge all around.
        let width = right - left + 3, height = bottom - top + 3
        var distance = [Int32](repeating: 0, count: width * height)
        for y in 1..<height - 1 {
            for x in 1..<width - 1 where labels.pixels[(top + y - 1) * labels.width + left + x - 1] == label {
                let at = y * width + x
                distance[at] = min(
                    min(distance[at - 1], distance[at - width]) + 3,
                    min(distance[at - width - 1], distance[at - width + 1]) + 4)
            }
        }
        var best = -1
        for y in (1..<height - 1).reversed() {
            for x in (1..<width - 1).reversed() {
                let at = y * width + x
                guard distance[at] > 0 else { continue }
                distance[at] = min(
                    distance[at],
                    min(
                        min(distance[at + 1], distance[at + width]) + 3,
                        min(distance[at + width + 1], distance[at + width - 1]) + 4))
                // Among equals the first in reading order.
                if best < 0 || distance[at] >= distance[best] { best = at }
            }
        }
        return best < 0 ? nil : (left + best % width - 1, top + best / width - 1)
    }
}
