import Domain

/// A camera before a floor, as the calibration gives it: what turns pixels into metres at each place of the picture.
///
/// A pinhole camera with square pixels and its principal point in the middle of the picture; lengths in the picture are
/// in picture heights, from the middle. The floor is the plane Z = 0.
public struct FloorCamera: Hashable, Sendable {
    /// Focal length in picture heights.
    public let focal: Double
    /// Height of the lens above the floor in metres.
    public let heightMetres: Double
    /// How far the camera looks down, in degrees: 0 is level, 90 straight down.
    public let pitchDegrees: Double
    /// Root mean square distance between the marks and where they should be, in picture heights; 0 for four floor points.
    public let residual: Double
    let size: FrameSize
    /// Columns of K·[r1 r2 r3 t].
    private let columns: [Vector3]

    init(focal: Double, r1: Vector3, r2: Vector3, t: Vector3, residual: Double, size: FrameSize) {
        self.focal = focal
        self.size = size
        self.residual = residual
        // Up is the side of the floor on which the camera is, whichever way round the person numbered the axes.
        let normal = r1.cross(r2)
        let height = -normal.dot(t)
        let up = height >= 0 ? normal : normal * -1
        heightMetres = abs(height)
        // Up as the camera sees it: pitched down, it leans towards the lens.
        pitchDegrees = Self.degrees(-up.z)
        columns = [r1, r2, up, t].map { Vector3(focal * $0.x, focal * $0.y, $0.z) }
    }

    /// Where a point of the picture lies on the floor, in metres; nil above the horizon.
    public func floorPosition(of point: Point) -> Point? {
        let u = (point.x - Double(size.width) / 2) / Double(size.height), v = point.y / Double(size.height) - 0.5
        let (a, b, t) = (columns[0], columns[1], columns[3])
        // Rows of [a − u·a.z, …]·(X, Y) = u·t.z − t.x.
        let m00 = a.x - u * a.z, m01 = b.x - u * b.z, m10 = a.y - v * a.z, m11 = b.y - v * b.z
        let k0 = u * t.z - t.x, k1 = v * t.z - t.y
        let determinant = m00 * m11 - m01 * m10
        guard abs(determinant) > 1e-12 else { return nil }
        let x = (k0 * m11 - m01 * k1) / determinant, y = (m00 * k1 - k0 * m10) / determinant
        guard a.z * x + b.z * y + t.z > 1e-6 else { return nil }
        return Point(x: x, y: y)
    }

    /// Where a point above the floor is seen, in pixels; nil when it lies behind the lens.
    public func picturePoint(of floor: Point, heightMetres: Double = 0) -> Point? {
        let p = columns[0] * floor.x + columns[1] * floor.y + columns[2] * heightMetres + columns[3]
        guard p.z > 1e-6 else { return nil }
        return Point(
            x: p.x / p.z * Double(size.height) + Double(size.width) / 2, y: (p.y / p.z + 0.5) * Double(size.height))
    }

    /// How many metres an upright object as tall as the picture would have if it stood at `foot`; nil above the horizon.
    public func metresPerPictureHeight(at foot: Point) -> Double? {
        guard let floor = floorPosition(of: foot), let low = picturePoint(of: floor),
            let high = picturePoint(of: floor, heightMetres: 1)
        else { return nil }
        let seen = low.distance(to: high) / Double(size.height)
        return seen > 1e-6 ? 1 / seen : nil
    }

    /// How tall something upright of `metres` that stands at `foot` is in the picture, in pixels.
    public func pixels(ofHeight metres: Double, at foot: Point) -> Double? {
        guard let floor = floorPosition(of: foot), let low = picturePoint(of: floor),
            let high = picturePoint(of: floor, heightMetres: metres)
        else { return nil }
        return low.distance(to: high)
    }

    /// Square metres of floor under one pixel at `point`; nil above the horizon.
    public func squareMetresPerPixel(at point: Point) -> Double? {
        guard let p = floorPosition(of: point), let right = floorPosition(of: Point(x: point.x + 1, y: point.y)),
            let below = floorPosition(of: Point(x: point.x, y: point.y + 1))
        else { return nil }
        return abs((right.x - p.x) * (below.y - p.y) - (right.y - p.y) * (below.x - p.x))
    }

    private static func degrees(_ sine: Double) -> Double { Angle.asinDegrees(sine) }
}
