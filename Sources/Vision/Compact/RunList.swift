import Domain

/// Collects runs of inside pixels in reading order and makes the mask of them.
struct RunList {
    private let size: FrameSize
    private var counts: [UInt32] = []
    /// First pixel, in reading order, that no run covers yet.
    private var position = 0

    init(size: FrameSize) { self.size = size }

    /// Adds the pixels `from` (inclusive) to `to` (exclusive) of a row; an empty run is left out.
    mutating func add(row: Int, from: Int, to: Int) {
        guard to > from else { return }
        let start = row * size.width + from
        if start == position, !counts.isEmpty {
            counts[counts.count - 1] += UInt32(to - from)
        } else {
            counts.append(UInt32(start - position))
            counts.append(UInt32(to - from))
        }
        position = start + to - from
    }

    func mask() -> Mask {
        var counts = counts
        if position < size.area || counts.isEmpty { counts.append(UInt32(size.area - position)) }
        return (try? Mask(size: size, counts: counts)) ?? Mask(empty: size)
    }
}
