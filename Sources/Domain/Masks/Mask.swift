/// A set of pixels of a picture, run-length encoded row by row.
///
/// `counts` are lengths of runs in reading order, beginning with a run of pixels outside the mask (which may be 0); they
/// add up to `size.area`. JSON: `{"size": [w, h], "counts": […]}`.
public struct Mask: Hashable, Sendable, Codable {
    public let size: FrameSize
    public let counts: [UInt32]

    /// The mask with no pixel.
    public init(empty size: FrameSize) {
        self.size = size
        counts = [UInt32(size.area)]
    }

    /// - Parameter bitmap: `size.area` bytes in reading order; 0 is outside, all else inside. Missing bytes are outside.
    public init(size: FrameSize, bitmap: some Collection<UInt8>) {
        var counts: [UInt32] = []
        var inside = false
        var run: UInt32 = 0
        var seen = 0
        for value in bitmap.prefix(size.area) {
            if (value != 0) != inside {
                counts.append(run)
                run = 0
                inside.toggle()
            }
            run += 1
            seen += 1
        }
        if seen < size.area, inside {
            counts.append(run)
            run = 0
        }
        counts.append(run + UInt32(size.area - seen))
        self.size = size
        self.counts = counts
    }

    /// - Throws: `MaskError.badRuns` when the runs don't add up to the picture.
    public init(size: FrameSize, counts: [UInt32]) throws {
        let total = counts.reduce(UInt64(0)) { $0 + UInt64($1) }
        guard size.width > 0, size.height > 0, total == UInt64(size.area) else {
            throw MaskError.badRuns(total: total, size: size)
        }
        self.size = size
        self.counts = counts
    }

    private enum CodingKeys: String, CodingKey { case size, counts }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            size: container.decode(FrameSize.self, forKey: .size),
            counts: container.decode([UInt32].self, forKey: .counts))
    }

    /// `size.area` bytes in reading order: 0 outside, `value` inside.
    public func bitmap(value: UInt8 = 255) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: size.area)
        forEachRun { start, length in
            pixels.replaceSubrange(start..<start + length, with: repeatElement(value, count: length))
        }
        return pixels
    }

    /// Calls `body` with start (in reading order) and length of each run of inside pixels.
    public func forEachRun(_ body: (_ start: Int, _ length: Int) -> Void) {
        var position = 0
        for (index, count) in counts.enumerated() {
            if index % 2 == 1, count > 0 { body(position, Int(count)) }
            position += Int(count)
        }
    }

    /// Calls `body` with row, first column and length of each inside run, split at the ends of rows.
    public func forEachRowRun(_ body: (_ row: Int, _ column: Int, _ length: Int) -> Void) {
        forEachRun { start, length in
            var start = start, length = length
            while length > 0 {
                let column = start % size.width
                let part = min(length, size.width - column)
                body(start / size.width, column, part)
                start += part
                length -= part
            }
        }
    }

    /// Number of pixels inside.
    public var area: Int {
        var sum = 0
        forEachRun { sum += $1 }
        return sum
    }

    public var isEmpty: Bool { area == 0 }

    /// The smallest region that holds all pixels; empty when the mask is.
    public var boundingRegion: Region {
        var left = Int.max, top = Int.max, right = 0, bottom = 0
        forEachRowRun { row, column, length in
            left = min(left, column)
            right = max(right, column + length)
            top = min(top, row)
            bottom = max(bottom, row + 1)
        }
        return right > 0
            ? Region(x: left, y: top, width: right - left, height: bottom - top)
            : Region(x: 0, y: 0, width: 0, height: 0)
    }

    /// Mean position of the pixels' centres; nil when the mask is empty.
    public var centroid: Point? {
        var sumX = 0.0, sumY = 0.0, count = 0
        forEachRowRun { row, column, length in
            sumX += Double(length) * (Double(column) + Double(length) / 2)
            sumY += Double(length) * (Double(row) + 0.5)
            count += length
        }
        return count > 0 ? Point(x: sumX / Double(count), y: sumY / Double(count)) : nil
    }

    /// Whether the pixel under `point` is inside.
    public func contains(_ point: Point) -> Bool {
        guard size.contains(point) else { return false }
        let index = Int(clamping: point.y) * size.width + Int(clamping: point.x)
        var position = 0
        for (run, count) in counts.enumerated() {
            position += Int(count)
            if index < position { return run % 2 == 1 }
        }
        return false
    }
}

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

/// Why a stored mask can't be read.
public enum MaskError: Error, Equatable, CustomStringConvertible {
    /// The runs add up to `total` pixels, not to the picture's.
    case badRuns(total: UInt64, size: FrameSize)

    public var description: String {
        switch self {
        case .badRuns(let total, let size):
            "mask runs add up to \(total) pixels, but a picture of \(size) has \(size.area)"
        }
    }
}
