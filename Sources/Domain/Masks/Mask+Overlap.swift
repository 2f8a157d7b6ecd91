extension Mask {
    /// Number of pixels inside both masks; 0 when their sizes differ.
    public func intersectionArea(_ other: Mask) -> Int {
        guard size == other.size else { return 0 }
        var common = 0
        var indexA = 0, indexB = 0
        var endA = Int(counts[0]), endB = Int(other.counts[0])
        var position = 0
        while position < size.area {
            let end = min(endA, endB)
            if indexA % 2 == 1, indexB % 2 == 1 { common += end - position }
            position = end
            while endA == position, indexA + 1 < counts.count {
                indexA += 1
                endA += Int(counts[indexA])
            }
            while endB == position, indexB + 1 < other.counts.count {
                indexB += 1
                endB += Int(other.counts[indexB])
            }
        }
        return common
    }

    /// Intersection over union, 0 to 1; 0 when both are empty or the sizes differ.
    public func iou(_ other: Mask) -> Double {
        let common = intersectionArea(other)
        let all = area + other.area - common
        return all > 0 ? Double(common) / Double(all) : 0
    }
}
