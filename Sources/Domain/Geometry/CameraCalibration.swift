/// What a person measured for one camera, in a minute: at least four points of the floor with their places in metres, or
/// the foot and the head of at least two upright things of known height at different distances. Positions in the picture
/// are fractions of its width and height.
public struct CameraCalibration: Hashable, Sendable, Codable {
    /// A point of the floor.
    public struct FloorPoint: Hashable, Sendable, Codable {
        public var picture: Point
        /// In metres along two axes at a right angle that the person chose.
        public var metres: Point

        public init(picture: Point, metres: Point) {
            self.picture = picture
            self.metres = metres
        }
    }

    /// Something upright that stands on the floor.
    public struct Upright: Hashable, Sendable, Codable {
        public var foot: Point
        public var head: Point
        /// Its height, > 0.
        public var metres: Double

        public init(foot: Point, head: Point, metres: Double) {
            self.foot = foot
            self.head = head
            self.metres = metres
        }
    }

    public var floorPoints: [FloorPoint]
    public var uprights: [Upright]
    /// Of the whole picture; nil: found from the marks where they allow it, else a usual lens is taken.
    public var horizontalFieldOfViewDegrees: Double?

    public init(
        floorPoints: [FloorPoint] = [], uprights: [Upright] = [], horizontalFieldOfViewDegrees: Double? = nil
    ) {
        self.floorPoints = floorPoints
        self.uprights = uprights
        self.horizontalFieldOfViewDegrees = horizontalFieldOfViewDegrees
    }
}
