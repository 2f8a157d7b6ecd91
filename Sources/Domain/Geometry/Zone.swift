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
