import Domain
import Foundation

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

// MARK: Solving

extension FloorCamera {
    /// A usual surveillance lens, where nothing says otherwise.
    static let usualFieldOfViewDegrees = 80.0
    private static let plausibleHeight = 0.5...60.0

    /// Finds the camera from its marks in a picture of `size`.
    public init(_ marks: CameraCalibration, size: FrameSize) throws(CalibrationError) {
        let camera: FloorCamera
        if marks.floorPoints.count >= 4 {
            camera = try Self.fromFloor(marks, size: size)
        } else if marks.uprights.count >= 2 {
            camera = try Self.fromUprights(marks, size: size)
        } else {
            throw .tooFewMarks
        }
        guard Self.plausibleHeight.contains(camera.heightMetres) else {
            throw .implausible(heightMetres: camera.heightMetres)
        }
        self = camera
    }

    private static func focal(_ degrees: Double, _ size: FrameSize) -> Double {
        Double(size.width) / Double(size.height) / (2 * tan(Angle.radians(degrees) / 2))
    }

    private static func centred(_ point: Point, _ size: FrameSize) -> Point {
        Point(x: (point.x - 0.5) * Double(size.width) / Double(size.height), y: point.y - 0.5)
    }

    // MARK: Four floor points

    /// The homography floor → picture (direct linear transformation; Hartley, Zisserman, "Multiple View Geometry", 4.1),
    /// then the camera from its columns, which are two axes of a rotation and the way to the origin (ibid., 8.8).
    private static func fromFloor(_ marks: CameraCalibration, size: FrameSize) throws(CalibrationError) -> FloorCamera {
        let points = marks.floorPoints
        // The origin in the middle of the marks can be seen, so that the last coefficient is not 0.
        let count = Double(points.count)
        let middle = Point(
            x: points.map(\.metres.x).reduce(0, +) / count, y: points.map(\.metres.y).reduce(0, +) / count)
        var rows: [[Double]] = [], values: [Double] = []
        for point in points {
            let (x, y) = (point.metres.x - middle.x, point.metres.y - middle.y)
            let p = centred(point.picture, size)
            rows.append([x, y, 1, 0, 0, 0, -p.x * x, -p.x * y])
            values.append(p.x)
            rows.append([0, 0, 0, x, y, 1, -p.y * x, -p.y * y])
            values.append(p.y)
        }
        guard isSpread(points.map(\.picture)), isSpread(points.map(\.metres)),
            let h = LinearSystem.leastSquares(rows, values)
        else { throw .pointsDegenerate }
        let h1 = Vector3(h[0], h[3], h[6]), h2 = Vector3(h[1], h[4], h[7]), h3 = Vector3(h[2], h[5], 1)
        let f = marks.horizontalFieldOfViewDegrees.map { focal($0, size) } ?? focal(h1, h2, size)
        func unscaled(_ v: Vector3) -> Vector3 { Vector3(v.x / f, v.y / f, v.z) }
        let a = unscaled(h1), b = unscaled(h2), t = unscaled(h3)
        let scale = 2 / (a.length + b.length)
        let shifted = t * scale + a * (-scale * middle.x) + b * (-scale * middle.y)
        let camera = FloorCamera(focal: f, r1: a * scale, r2: b * scale, t: shifted, residual: 0, size: size)
        let errors = points.compactMap { point in
            camera.picturePoint(of: point.metres).map { seen in
                seen.distance(
                    to: Point(x: point.picture.x * Double(size.width), y: point.picture.y * Double(size.height)))
                    / Double(size.height)
            }
        }
        guard errors.count == points.count else {
            throw isCrossed(Array(points.prefix(4))) ? .orderCrossed : .horizonInside
        }
        let residual = (errors.map { $0 * $0 }.reduce(0, +) / count).squareRoot()
        return FloorCamera(focal: f, r1: a * scale, r2: b * scale, t: shifted, residual: residual, size: size)
    }

    /// The focal length with which the two axes of the floor are at a right angle and equally long; the usual one when the
    /// marks don't show it (a camera that looks straight down).
    private static func focal(_ h1: Vector3, _ h2: Vector3, _ size: FrameSize) -> Double {
        // a·w + b = 0 with w = 1/f².
        let a1 = h1.x * h2.x + h1.y * h2.y, b1 = h1.z * h2.z
        let a2 = h1.x * h1.x + h1.y * h1.y - h2.x * h2.x - h2.y * h2.y, b2 = h1.z * h1.z - h2.z * h2.z
        let squares = a1 * a1 + a2 * a2
        let usual = focal(usualFieldOfViewDegrees, size)
        guard squares > 1e-12 else { return usual }
        let w = -(a1 * b1 + a2 * b2) / squares
        guard w > 0 else { return usual }
        let f = 1 / w.squareRoot()
        return (0.3...8).contains(f) ? f : usual
    }

    /// Whether the outline through the points crosses itself in the picture, but not on the floor: two were confused.
    private static func isCrossed(_ points: [CameraCalibration.FloorPoint]) -> Bool {
        func crosses(_ outline: [Point]) -> Bool {
            func side(_ a: Point, _ b: Point, _ c: Point) -> Double {
                (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
            }
            return [(0, 1, 2, 3), (1, 2, 3, 0)].contains { a, b, c, d in
                let (a, b, c, d) = (outline[a], outline[b], outline[c], outline[d])
                return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
            }
        }
        return points.count == 4 && crosses(points.map(\.picture)) != crosses(points.map(\.metres))
    }

    /// Whether no three of the points are nearly on a line.
    private static func isSpread(_ points: [Point]) -> Bool {
        let width = (points.map(\.x).max() ?? 0) - (points.map(\.x).min() ?? 0)
        let height = (points.map(\.y).max() ?? 0) - (points.map(\.y).min() ?? 0)
        guard width > 0, height > 0 else { return false }
        // Four points may hold a fifth one on a side: at least one set of four must be in general position.
        let first = Array(points.prefix(4))
        for skip in 0..<4 {
            let p = first.enumerated().filter { $0.offset != skip }.map(\.element)
            let area = abs((p[1].x - p[0].x) * (p[2].y - p[0].y) - (p[1].y - p[0].y) * (p[2].x - p[0].x)) / 2
            if area < 0.002 * width * height { return false }
        }
        return true
    }

    // MARK: Two heights

    /// For each pitch (and each focal length when three or more are known), each upright thing gives a height of the camera;
    /// they agree at the right one.
    private static func fromUprights(_ marks: CameraCalibration, size: FrameSize) throws(CalibrationError)
        -> FloorCamera
    {
        let fixed = marks.horizontalFieldOfViewDegrees.map { focal($0, size) }
        var focals = [fixed ?? focal(usualFieldOfViewDegrees, size)]
        if fixed == nil, marks.uprights.count >= 3 {
            focals = stride(from: 30.0, through: 120, by: 1).map { focal($0, size) }
        }
        var best: (f: Double, pitch: Double, height: Double, spread: Double)?
        for f in focals {
            for step in -40...700 {
                let pitch = Double(step) / 8
                guard let fit = fit(marks.uprights, f: f, pitchDegrees: pitch, size), fit.spread < best?.spread ?? 1e9
                else { continue }
                best = (f, pitch, fit.height, fit.spread)
            }
        }
        guard let best, best.spread < 0.15 else { throw .uprightsUnclear }
        var fine = best
        for step in -50...50 {
            let pitch = best.pitch + Double(step) / 400
            if let fit = fit(marks.uprights, f: best.f, pitchDegrees: pitch, size), fit.spread < fine.spread {
                fine = (best.f, pitch, fit.height, fit.spread)
            }
        }
        let feet = marks.uprights.map(\.foot.y)
        guard (feet.max() ?? 0) - (feet.min() ?? 0) >= 0.05 else { throw .uprightsUnclear }
        let (s, c) = (sin(Angle.radians(fine.pitch)), cos(Angle.radians(fine.pitch)))
        return FloorCamera(
            focal: fine.f, r1: Vector3(1, 0, 0), r2: Vector3(0, -s, c), t: Vector3(0, c * fine.height, s * fine.height),
            residual: fine.spread, size: size)
    }

    /// The camera's height from each upright thing at this pitch: their mean, and how far they differ (in logarithms).
    private static func fit(
        _ uprights: [CameraCalibration.Upright], f: Double, pitchDegrees: Double, _ size: FrameSize
    ) -> (height: Double, spread: Double)? {
        let (s, c) = (sin(Angle.radians(pitchDegrees)), cos(Angle.radians(pitchDegrees)))
        var logs: [Double] = []
        for upright in uprights {
            let foot = centred(upright.foot, size).y / f, head = centred(upright.head, size).y / f
            // Distance of the foot in camera heights, then the height at which the head is seen where it is.
            let below = foot * c + s
            guard below > 1e-6 else { return nil }
            let distance = (c - foot * s) / below
            let divisor = head * (c * distance + s) + s * distance - c
            guard distance > 0, abs(divisor) > 1e-9 else { return nil }
            let height = upright.metres * (head * s - c) / divisor
            guard height > 0 else { return nil }
            logs.append(log(height))
        }
        let mean = logs.reduce(0, +) / Double(logs.count)
        let spread = ((logs.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)) / Double(logs.count)).squareRoot()
        return (exp(mean), spread)
    }
}

/// Why marks give no scale, in words that say what to do.
public enum CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooFewMarks
    /// Three of the points lie on a line, or two are the same.
    case pointsDegenerate
    /// Two of the floor points were confused: their order in the picture is another than on the floor.
    case orderCrossed
    /// Some of the floor points would lie behind the camera.
    case horizonInside
    /// The upright things stand at the same distance, or contradict each other.
    case uprightsUnclear
    /// The camera would be at an impossible place.
    case implausible(heightMetres: Double)

    public var description: String {
        switch self {
        case .tooFewMarks: "give at least four floor points, or the feet and heads of at least two upright things"
        case .pointsDegenerate: "three of the floor points lie on a line: choose the corners of a large rectangle"
        case .orderCrossed:
            "the order of the points is crossed: near left, near right, far right, far left, with the metres in the same order"
        case .horizonInside:
            "the horizon would lie among the points: some of them are not on the floor, or their metres are wrong"
        case .uprightsUnclear:
            "the heights contradict each other: mark two things of known height, one near, one far, foot and head"
        case .implausible(let height):
            "the camera would be \(Int(clamping: height.rounded())) m above the floor: check the order of the points and the metres"
        }
    }
}
