import Domain
import Foundation

/// Where the object will be: constant velocity, estimated by an alpha-beta filter, the steady state of the Kalman filter
/// for this model (Bar-Shalom, Li, Kirubarajan: Estimation with Applications to Tracking and Navigation, 2001, ch. 6.5).
struct PlacePredictor: Hashable, Sendable {
    /// Part of each new measurement of the velocity that is believed.
    static let velocityGain = 0.5

    private(set) var centre: Point
    /// Longer side of the mask's bounding region, pixels.
    private(set) var extent: Double
    /// Pixels per second.
    private(set) var velocity = Point(x: 0, y: 0)
    private(set) var seconds: Double
    /// Frames in a row in which the object was seen since the prompt or the last loss.
    private(set) var steadyFrames = 0

    init(centre: Point, extent: Double, seconds: Double) {
        self.centre = centre
        self.extent = extent
        self.seconds = seconds
    }

    func centre(at seconds: Double) -> Point {
        let elapsed = max(0, seconds - self.seconds)
        return Point(x: centre.x + velocity.x * elapsed, y: centre.y + velocity.y * elapsed)
    }

    /// The object was seen.
    /// - Parameter isContinuous: false after a gap, when the way between says nothing about the velocity.
    mutating func see(_ region: Region, seconds: Double, isContinuous: Bool) {
        let elapsed = seconds - self.seconds
        if isContinuous, elapsed > 0 {
            let gain = Self.velocityGain
            velocity.x += gain * ((region.center.x - centre.x) / elapsed - velocity.x)
            velocity.y += gain * ((region.center.y - centre.y) / elapsed - velocity.y)
        } else if !isContinuous {
            velocity = Point(x: 0, y: 0)
        }
        centre = region.center
        extent = Double(max(region.width, region.height))
        steadyFrames += 1
        self.seconds = seconds
    }

    /// The object wasn't seen: it is looked for where it was going, more slowly from frame to frame.
    mutating func lose(at seconds: Double) {
        centre = centre(at: seconds)
        steadyFrames = 0
        velocity = Point(x: velocity.x * Self.coasting, y: velocity.y * Self.coasting)
        self.seconds = max(self.seconds, seconds)
    }

    /// Part of the velocity that is left after each frame without the object.
    static let coasting = 0.8

    /// The same place in a picture of another size, on which the velocity says nothing yet.
    func scaled(from: FrameSize, to: FrameSize) -> PlacePredictor {
        let x = Double(to.width) / Double(from.width), y = Double(to.height) / Double(from.height)
        return PlacePredictor(
            centre: Point(x: centre.x * x, y: centre.y * y), extent: extent * max(x, y), seconds: seconds)
    }
}
