/// A part of a blob that moves on its own, in one frame: a box that slides off a cart while the cart, the person beside it
/// and the box are one blob. Positions are pixels of the analysed picture.
public struct MovingPart: Hashable, Sendable, Codable {
    /// The same number is the same part, as long as the scene is followed.
    public var number: Int
    public var region: Region
    public var centroid: Point
    /// Pixels.
    public var area: Double
    /// False once it has come to rest: `region` is where it stopped.
    public var moves: Bool
    /// Part of `region` that is in front of the background, 0 to 1: near 0 when what stopped there is gone.
    public var covered: Double

    public init(number: Int, region: Region, centroid: Point, area: Double, moves: Bool, covered: Double) {
        self.number = number
        self.region = region
        self.centroid = centroid
        self.area = area
        self.moves = moves
        self.covered = covered
    }
}
