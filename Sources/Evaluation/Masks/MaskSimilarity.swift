import Domain
import Foundation

/// J of the DAVIS benchmark: intersection over union; 1 when both masks are empty.
enum RegionSimilarity {
    static func j(_ found: Mask, _ truth: Mask) -> Double {
        found.isEmpty && truth.isEmpty ? 1 : found.iou(truth)
    }
}

/// F of the DAVIS benchmark: how well two masks' outlines match (Perazzi et al., 2016; as in davis2017-evaluation).
enum BoundarySimilarity {
    /// Outlines match within this part of the frame's diagonal, rounded up to whole pixels.
    static let tolerance = 0.008

    static func f(_ found: Mask, _ truth: Mask) -> Double {
        guard found.size == truth.size else { return 0 }
        let size = found.size
        let foundLine = boundary(found), trueLine = boundary(truth)
        let foundCount = foundLine.count { $0 }, trueCount = trueLine.count { $0 }
        if foundCount == 0, trueCount == 0 { return 1 }
        if foundCount == 0 || trueCount == 0 { return 0 }
        let diagonal = Double(size.width * size.width + size.height * size.height).squareRoot()
        let reach = Float((tolerance * diagonal).rounded(.up))
        let precision = Double(matches(foundLine, near: trueLine, reach: reach, size: size)) / Double(foundCount)
        let recall = Double(matches(trueLine, near: foundLine, reach: reach, size: size)) / Double(trueCount)
        return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
    }

    /// Pixels that differ from the one to the right, below, or right below.
    static func boundary(_ mask: Mask) -> [Bool] {
        let width = mask.size.width, height = mask.size.height
        let inside = mask.bitmap(value: 1)
        var line = [Bool](repeating: false, count: inside.count)
        for row in 0..<height {
            for column in 0..<width {
                let index = row * width + column, here = inside[index]
                let isLastColumn = column == width - 1, isLastRow = row == height - 1
                line[index] =
                    !isLastColumn && inside[index + 1] != here || !isLastRow && inside[index + width] != here
                    || !isLastColumn && !isLastRow && inside[index + width + 1] != here
            }
        }
        return line
    }

    private static func matches(_ line: [Bool], near other: [Bool], reach: Float, size: FrameSize) -> Int {
        let distances = DistanceTransform.squared(size: size) { other[$0] }
        return line.indices.count { line[$0] && distances[$0] <= reach * reach }
    }
}
