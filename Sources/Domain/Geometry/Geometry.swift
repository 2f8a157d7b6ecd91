/// A rectangle of whole pixels. JSON: `[x, y, width, height]`.
public struct Region: Hashable, Sendable, Codable {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        x = try container.decode(Int.self)
        y = try container.decode(Int.self)
        width = try container.decode(Int.self)
        height = try container.decode(Int.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for value in [x, y, width, height] { try container.encode(value) }
    }

    /// First column and row beyond the region.
    public var endX: Int { x + width }
    public var endY: Int { y + height }
    public var isEmpty: Bool { width <= 0 || height <= 0 }
    public var area: Int { isEmpty ? 0 : width * height }
    public var center: Point { Point(x: Double(x) + Double(width) / 2, y: Double(y) + Double(height) / 2) }

    public func contains(_ point: Point) -> Bool {
        point.x >= Double(x) && point.y >= Double(y) && point.x < Double(endX) && point.y < Double(endY)
    }

    /// The common part; empty (width and height 0) when there is none.
    public func intersection(_ other: Region) -> Region {
        let left = max(x, other.x), top = max(y, other.y)
        let right = min(endX, other.endX), bottom = min(endY, other.endY)
        guard right > left, bottom > top else { return Region(x: left, y: top, width: 0, height: 0) }
        return Region(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// The smallest region that holds both; an empty one counts for nothing.
    public func union(_ other: Region) -> Region {
        if isEmpty { return other }
        if other.isEmpty { return self }
        let left = min(x, other.x), top = min(y, other.y)
        return Region(x: left, y: top, width: max(endX, other.endX) - left, height: max(endY, other.endY) - top)
    }

    /// Intersection over union, 0 to 1; 0 when either is empty.
    public func iou(_ other: Region) -> Double {
        let common = intersection(other).area
        let all = area + other.area - common
        return all > 0 ? Double(common) / Double(all) : 0
    }

    /// The region with `pixels` more on each side (fewer when negative).
    public func expanded(by pixels: Int) -> Region {
        Region(x: x - pixels, y: y - pixels, width: max(0, width + 2 * pixels), height: max(0, height + 2 * pixels))
    }

    /// The part that lies inside a picture of `size`.
    public func clamped(to size: FrameSize) -> Region { intersection(size.bounds) }

    /// The region in a picture of size `to`, when it was measured in one of size `from`.
    public func scaled(from: FrameSize, to: FrameSize) -> Region {
        guard from != to, from.width > 0, from.height > 0 else { return self }
        let scaleX = Double(to.width) / Double(from.width), scaleY = Double(to.height) / Double(from.height)
        let left = Int(clamping: (Double(x) * scaleX).rounded()), top = Int(clamping: (Double(y) * scaleY).rounded())
        let right = Int(clamping: (Double(endX) * scaleX).rounded())
        let bottom = Int(clamping: (Double(endY) * scaleY).rounded())
        return Region(x: left, y: top, width: right - left, height: bottom - top)
    }
}

/// A point of a picture in pixels: x to the right, y downwards, (0, 0) the top left corner of the top left pixel.
/// JSON: `[x, y]`.
public struct Point: Hashable, Sendable, Codable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        x = try container.decode(Double.self)
        y = try container.decode(Double.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(x)
        try container.encode(y)
    }

    /// Distance to `other` in pixels.
    public func distance(to other: Point) -> Double {
        ((x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)).squareRoot()
    }
}

/// The size of a picture in pixels. JSON: `[width, height]`.
public struct FrameSize: Hashable, Sendable, Codable, CustomStringConvertible {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        width = try container.decode(Int.self)
        height = try container.decode(Int.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(width)
        try container.encode(height)
    }

    public var area: Int { width * height }

    /// The whole picture.
    public var bounds: Region { Region(x: 0, y: 0, width: width, height: height) }

    public func contains(_ point: Point) -> Bool {
        point.x >= 0 && point.y >= 0 && point.x < Double(width) && point.y < Double(height)
    }

    public var description: String { "\(width)x\(height)" }
}
