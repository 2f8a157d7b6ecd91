/// Something small that moved as what falls freely does, seen at the camera's own rate over several frames.
public struct Flight: Hashable, Sendable, Codable {
    /// It in one frame; positions are pixels of the analysed picture.
    public struct Moment: Hashable, Sendable, Codable {
        public var seconds: Double
        public var region: Region
        public var centroid: Point

        public init(seconds: Double, region: Region, centroid: Point) {
            self.seconds = seconds
            self.region = region
            self.centroid = centroid
        }
    }

    /// In order of time, at least five.
    public var moments: [Moment]
    /// Downward acceleration of the parabola that fits, in pixels/s². In free fall it is that of gravity, so it tells how
    /// many pixels a metre has there.
    public var acceleration: Double
    /// Root of the mean square distance to the parabola, in pixels.
    public var residualPixels: Double

    public init(moments: [Moment], acceleration: Double, residualPixels: Double) {
        self.moments = moments
        self.acceleration = acceleration
        self.residualPixels = residualPixels
    }
}
