/// A named part of a camera's picture.
public struct Zone: Hashable, Sendable, Codable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Where people, vehicles and liquids can be; rules about the floor apply.
        case floor
        /// A floor that must stay free.
        case walkway
        /// Floor on which goods stand.
        case storage
        /// A shelf or rack from which things can fall.
        case rack
        /// Nothing that happens here counts.
        case ignore
    }

    public var name: String
    public var kind: Kind
    /// In fractions of the picture's width and height (0 to 1), so that it holds for every stream of the camera.
    public var polygon: Polygon

    public init(name: String, kind: Kind, polygon: Polygon) {
        self.name = name
        self.kind = kind
        self.polygon = polygon
    }

    /// Whether a pixel position of a picture of `size` lies in the zone.
    public func contains(_ point: Point, in size: FrameSize) -> Bool {
        polygon.contains(Point(x: point.x / Double(size.width), y: point.y / Double(size.height)))
    }
}

/// A simple polygon, closed from its last point to its first. JSON: `[[x, y], …]`.
public struct Polygon: Hashable, Sendable, Codable {
    public var points: [Point]

    public init(points: [Point]) { self.points = points }

    public init(from decoder: any Decoder) throws {
        points = try decoder.singleValueContainer().decode([Point].self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(points)
    }

    /// Whether `point` lies inside: a ray to the right crosses the outline an odd number of times.
    public func contains(_ point: Point) -> Bool {
        guard points.count >= 3, var previous = points.last else { return false }
        var inside = false
        for current in points {
            if (current.y > point.y) != (previous.y > point.y),
                point.x < (previous.x - current.x) * (point.y - current.y) / (previous.y - current.y) + current.x
            {
                inside.toggle()
            }
            previous = current
        }
        return inside
    }

    /// Area by the shoelace formula, in squared units of the points.
    public var area: Double {
        guard points.count >= 3, var previous = points.last else { return 0 }
        var doubled = 0.0
        for current in points {
            doubled += previous.x * current.y - current.x * previous.y
            previous = current
        }
        return abs(doubled) / 2
    }

    /// The polygon with x and y multiplied.
    public func scaled(x: Double, y: Double) -> Polygon {
        Polygon(points: points.map { Point(x: $0.x * x, y: $0.y * y) })
    }
}

/// A line in a camera's picture, from one end to the other, in fractions of its width and height.
public struct PictureLine: Hashable, Sendable {
    public var from: Point
    public var to: Point

    public init(from: Point, to: Point) {
        self.from = from
        self.to = to
    }
}
