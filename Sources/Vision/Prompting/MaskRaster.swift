import Domain

/// Turns the network's mask logits, a square map of a window, into masks of the whole frame.
enum MaskRaster {
    /// The pixels of the frame at whose centres the bilinearly interpolated logits are above 0. Along a row the
    /// interpolated line crosses 0 at most once between two columns of the map, so the runs are found from the map's
    /// columns, and no pixel is touched.
    /// - Parameters:
    ///   - logits: `size` x `size` values, row by row.
    ///   - window: the part of the frame that the map covers, which need not be square.
    static func mask(logits: UnsafeBufferPointer<Float>, size: Int, window: Region, frame: FrameSize) -> Mask {
        precondition(logits.count >= size * size, "a map of \(size) x \(size) values")
        let visible = window.clamped(to: frame)
        guard !visible.isEmpty, size > 1 else { return Mask(empty: frame) }
        var runs = RunList(size: frame)
        let scale = Float(size) / Float(window.width), rowScale = Float(size) / Float(window.height)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { line in
            for row in visible.y..<visible.endY {
                let v = min(max((Float(row - window.y) + 0.5) * rowScale - 0.5, 0), Float(size - 1))
                let above = Int(clamping: v, to: 0...size - 2), part = v - Float(above)
                var highest = -Float.infinity
                for column in 0..<size {
                    let value = logits[above * size + column] * (1 - part) + logits[(above + 1) * size + column] * part
                    // Bounded, and not a number counts as outside.
                    line[column] = min(1e4, max(-1e4, value))
                    highest = max(highest, line[column])
                }
                guard highest > 0 else { continue }
                addRuns(line, row: row, window: window, visible: visible, scale: scale, to: &runs)
            }
        }
        return runs.mask()
    }

    private static func addRuns(
        _ line: UnsafeMutableBufferPointer<Float>, row: Int, window: Region, visible: Region, scale: Float,
        to runs: inout RunList
    ) {
        /// The frame's column whose centre lies at `u` on the map, not rounded.
        func column(_ u: Float) -> Float { (u + 0.5) / scale - 0.5 + Float(window.x) }
        var start: Int? = line[0] > 0 ? visible.x : nil
        for index in 0..<line.count - 1 {
            let here = line[index], next = line[index + 1]
            guard (here > 0) != (next > 0) else { continue }
            let crossing = column(Float(index) + here / (here - next))
            if here > 0 {
                if let first = start {
                    runs.add(row: row, from: first, to: min(Int(clamping: crossing.rounded(.down)) + 1, visible.endX))
                }
                start = nil
            } else {
                start = max(Int(clamping: crossing.rounded(.down)) + 1, visible.x)
            }
        }
        if let first = start { runs.add(row: row, from: first, to: visible.endX) }
    }
}

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

/// Draws masks of the frame on the network's maps.
enum MaskCoverage {
    /// Sets each cell of a `size` x `size` map of the window to the part of it that the mask covers, 0 to 1.
    /// - Parameter shift: moves the mask, in pixels of the frame.
    static func draw(
        _ mask: Mask, shift: Point = Point(x: 0, y: 0), window: CropWindow, size: Int,
        into map: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(map.count >= size * size, "a map of \(size) x \(size) values")
        map.update(repeating: 0)
        let scale = Float(size) / Float(window.side), limit = Float(size)
        let offsetX = Float(shift.x) - Float(window.x), offsetY = Float(shift.y) - Float(window.y)
        mask.forEachRowRun { row, column, length in
            let top = max(0, (Float(row) + offsetY) * scale), bottom = min(limit, (Float(row + 1) + offsetY) * scale)
            let left = max(0, (Float(column) + offsetX) * scale)
            let right = min(limit, (Float(column + length) + offsetX) * scale)
            guard bottom > top, right > left else { return }
            var y = Int(clamping: top)
            while Float(y) < bottom, y < size {
                let height = min(bottom, Float(y + 1)) - max(top, Float(y))
                var x = Int(clamping: left)
                while Float(x) < right, x < size {
                    map[y * size + x] += height * (min(right, Float(x + 1)) - max(left, Float(x)))
                    x += 1
                }
                y += 1
            }
        }
    }
}
