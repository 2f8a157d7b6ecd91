import Domain
import Foundation
import Testing

@testable import Incidents

/// A camera by formula: at `height` metres, pitched down, with a known lens; marks are what it would show.
struct Pinhole {
    var focal = 0.9
    var pitch = 25.0 * .pi / 180
    var height = 4.0
    var size = FrameSize(width: 1280, height: 720)

    /// Fraction of the picture at which a point `x` to the right, `y` ahead and `z` above the floor is seen.
    func fraction(_ x: Double, _ y: Double, _ z: Double = 0) -> Point {
        let down = -sin(pitch) * y - cos(pitch) * (z - height), ahead = cos(pitch) * y - sin(pitch) * (z - height)
        let aspect = Double(size.width) / Double(size.height)
        return Point(x: focal * x / ahead / aspect + 0.5, y: focal * down / ahead + 0.5)
    }

    func pixel(_ x: Double, _ y: Double, _ z: Double = 0) -> Point {
        let p = fraction(x, y, z)
        return Point(x: p.x * Double(size.width), y: p.y * Double(size.height))
    }
}

@Suite("A camera's scale")
struct FloorCameraTests {
    private let pinhole = Pinhole()

    private func rectangle(mirrored: Bool = false) -> CameraCalibration {
        CameraCalibration(
            floorPoints: [(-1.5, 4.0), (1.5, 4.0), (1.5, 9.0), (-1.5, 9.0)].map { x, y in
                CameraCalibration.FloorPoint(
                    picture: pinhole.fraction(x, y), metres: Point(x: mirrored ? -x : x, y: y - 4))
            })
    }

    @Test("four floor points give lens, height and pitch, whichever way round the axes go", arguments: [false, true])
    func fourPoints(mirrored: Bool) throws {
        let camera = try FloorCamera(rectangle(mirrored: mirrored), size: pinhole.size)
        #expect(abs(camera.focal - 0.9) < 0.01 && abs(camera.heightMetres - 4) < 0.05)
        #expect(abs(camera.pitchDegrees - 25) < 0.5 && camera.residual < 1e-6)
        let person = try #require(camera.pixels(ofHeight: 1.8, at: pinhole.pixel(1, 7)))
        #expect(abs(person - pinhole.pixel(1, 7).distance(to: pinhole.pixel(1, 7, 1.8))) < 2)
    }

    @Test("two heights give the same, with the lens's field of view")
    func twoHeights() throws {
        let view = 2 * atan(Double(1280) / 720 / (2 * 0.9)) * 180 / .pi
        let marks = CameraCalibration(
            uprights: [(0.5, 4.5), (-1, 10)].map { x, y in
                .init(foot: pinhole.fraction(x, y), head: pinhole.fraction(x, y, 1.8), metres: 1.8)
            }, horizontalFieldOfViewDegrees: view)
        let camera = try FloorCamera(marks, size: pinhole.size)
        #expect(abs(camera.heightMetres - 4) < 0.1 && abs(camera.pitchDegrees - 25) < 1)
        let a = try #require(camera.floorPosition(of: pinhole.pixel(0, 5)))
        let b = try #require(camera.floorPosition(of: pinhole.pixel(2, 8)))
        #expect(abs(a.distance(to: b) - (4.0 + 9).squareRoot()) < 0.15)
    }

    @Test("above the horizon there is no floor")
    func horizon() throws {
        var level = pinhole
        level.pitch = 10 * .pi / 180
        let marks = CameraCalibration(
            floorPoints: [(-1.5, 6.0), (1.5, 6.0), (1.5, 12.0), (-1.5, 12.0)].map { x, y in
                .init(picture: level.fraction(x, y), metres: Point(x: x, y: y))
            })
        let camera = try FloorCamera(marks, size: level.size)
        #expect(camera.floorPosition(of: Point(x: 640, y: 20)) == nil)
        #expect(camera.metresPerPictureHeight(at: Point(x: 640, y: 20)) == nil)
    }

    @Test("marks that give no scale are refused in words that say what to do")
    func refused() {
        let line = CameraCalibration(
            floorPoints: (0..<4).map {
                .init(picture: Point(x: 0.2 * Double($0), y: 0.5), metres: Point(x: Double($0), y: 0))
            })
        #expect(throws: CalibrationError.pointsDegenerate) { try FloorCamera(line, size: pinhole.size) }
        let person = CameraCalibration.Upright(foot: Point(x: 0.5, y: 0.8), head: Point(x: 0.5, y: 0.4), metres: 1.8)
        #expect(throws: CalibrationError.uprightsUnclear) {
            try FloorCamera(CameraCalibration(uprights: [person, person]), size: pinhole.size)
        }
        #expect(throws: CalibrationError.tooFewMarks) {
            try FloorCamera(CameraCalibration(uprights: [person]), size: pinhole.size)
        }
    }

    @Test("a threshold in metres means more pixels near than far, one in pixels the same everywhere")
    func thresholds() throws {
        let size = pinhole.size
        let scene = CameraScene(camera: Judging.camera, calibration: rectangle())
        let context = RuleContext(seconds: 0, frameSize: size, scene: scene, floor: try scene.floorCamera(for: size))
        let metre = LengthThreshold(metres: 1, pictureHeights: 0.1)
        #expect(context.pixels(metre, at: pinhole.pixel(0, 5)) > 1.3 * context.pixels(metre, at: pinhole.pixel(0, 9)))
        let pixels = LengthThreshold(metres: 1, pictureHeights: 0.1, pixels: 40)
        #expect(context.pixels(pixels, at: pinhole.pixel(0, 5)) == 40)
        let bare = RuleContext(seconds: 0, frameSize: size, scene: CameraScene(camera: Judging.camera))
        #expect(bare.pixels(metre, at: pinhole.pixel(0, 5)) == 72)
        #expect(abs((context.floorMetres(pinhole.pixel(0, 5), pinhole.pixel(0, 8)) ?? 0) - 3) < 0.1)
    }
}
