/// `line_crossing`: the foot of something passes a line on the floor.
public struct LineCrossingSettings: Hashable, Sendable, Codable {
    /// To which side it must go, as seen by somebody who looks from the line's first point to its second.
    public enum Direction: String, Hashable, Sendable, Codable, CaseIterable {
        case any
        case toLeft = "to_left"
        case toRight = "to_right"
    }

    public var name: String
    /// In fractions of the picture.
    public var from: Point
    public var to: Point
    public var direction: Direction
    public var minHeight: LengthThreshold
    /// How far it must be from the line on each side: who walks along it has not crossed it.
    public var margin: LengthThreshold
    public var isPartOnly: Bool
    public var policy: RulePolicy
    /// Only these cameras; empty: all.
    public var cameras: [CameraID] = []

    public init(
        name: String, from: Point, to: Point, direction: Direction = .any,
        minHeight: LengthThreshold = LengthThreshold(metres: 0.8, pictureHeights: 0.08),
        margin: LengthThreshold = LengthThreshold(metres: nil, pictureHeights: 0.015), isPartOnly: Bool = false,
        policy: RulePolicy = RulePolicy()
    ) {
        self.name = name
        self.from = from
        self.to = to
        self.direction = direction
        self.minHeight = minHeight
        self.margin = margin
        self.isPartOnly = isPartOnly
        self.policy = policy
    }
}
