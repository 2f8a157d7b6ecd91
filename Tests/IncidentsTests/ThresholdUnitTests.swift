import Domain
import Testing

@testable import Incidents

/// Every threshold in pixels, metres, or parts of the picture.
@Suite("Units of thresholds")
struct ThresholdUnitTests {
    private func context(scale: Double? = nil, size: FrameSize = FrameSize(width: 640, height: 360)) -> RuleContext {
        RuleContext(
            seconds: 1, frameSize: size, scene: CameraScene(camera: Judging.camera, pictureHeightMetres: scale))
    }

    private func falling(drop: Double) -> SceneBuilder {
        var scene = SceneBuilder(framesPerSecond: 15)
        scene.actors = [
            { seconds in
                guard seconds >= 2 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3, top: 0.3, drop: drop, gravity: 2)
                return .box(x: 0.9, y: y, moving: moves)
            }
        ]
        return scene
    }

    @Test("pixels count before metres, metres where there is a scale, the part of the picture otherwise")
    func order() {
        let length = LengthThreshold(metres: 0.5, pictureHeights: 0.1)
        let inPixels = LengthThreshold(metres: 0.5, pictureHeights: 0.1, pixels: 90)
        #expect(context().pictureHeights(length, scale: nil) == 0.1)
        #expect(context().pictureHeights(length, scale: 5) == 0.1)
        #expect(context().pictureHeights(length, scale: 10) == 0.05)
        #expect(context().pictureHeights(inPixels, scale: 10) == 0.25)
        let area = AreaThreshold(squareMetres: 0.2, fraction: 0.01)
        #expect(context().pixels(area, perSquareMetre: nil) == 2304)
        #expect(context().pixels(area, perSquareMetre: 5000) == 1000)
        #expect(context().pixels(AreaThreshold(squareMetres: 0.2, fraction: 0.01, pixels: 77), perSquareMetre: 9) == 77)
    }

    @Test("metres and parts of a small picture come to a least number of pixels; a site's own pixels stand")
    func leastPixels() {
        let small = context(size: FrameSize(width: 100, height: 100))
        var area = AreaThreshold(squareMetres: 0.2, fraction: 0.01, leastPixels: 200)
        let least = Parameter(
            wrappedValue: area, "min_area", fraction: 0...1, squareMetres: 0...10, pixels: 0...1000, fires: .atLeast, ""
        )
        #expect(small.pixels(area, perSquareMetre: nil) == 200)
        #expect(small.evidence(least, pixels: 300, perSquareMetre: nil).threshold == 0.02)
        #expect(small.pixels(area, perSquareMetre: 500) == 200)
        #expect(small.evidence(least, pixels: 300, perSquareMetre: 500).threshold == 0.4)
        #expect(small.pixels(area, perSquareMetre: 5000) == 1000)
        area.pixels = 50
        #expect(small.pixels(area, perSquareMetre: nil) == 50)
    }

    @Test("what was measured says from which sensitivity on it would have been reported")
    func leastFactor() throws {
        var settings = RuleSettings()
        settings.fallingObject.minDrop.pixels = 60
        let rule = try #require(RuleRegistry.standard[.fallingObject])
        func evidence(_ parameter: String, _ measured: Double, kind: IncidentKind = .fallingObject) -> Evidence {
            Evidence(parameter: parameter, measured: measured, threshold: 1, unit: "px", kind: kind)
        }
        let drop = evidence("min_drop_pixels", 120)
        #expect(settings.leastFactor(for: [drop], of: rule) == 0.5)
        // The one that is nearest to its threshold decides.
        #expect(settings.leastFactor(for: [drop, evidence("min_peak_speed_metres", 2)], of: rule) == 0.9)
        // Times, other rules' sizes, and what measured nothing say nothing.
        let others = [evidence("rest_seconds", 0.1), evidence("min_area_pixels", 1, kind: .spill)]
        #expect(settings.leastFactor(for: others, of: rule) == 0)
        #expect(settings.leastFactor(for: [evidence("min_drop_pixels", 0)], of: rule) == 0)
    }

    @Test("a fall is judged and told in the unit that the site chose")
    func fall() throws {
        var settings = RuleSettings()
        settings.fallingObject.minDrop.pixels = 100
        let scene = falling(drop: 0.35)
        let incident = try #require(try Judging.incidents(scene.recording(), settings, pictureHeightMetres: 6).first)
        let evidence = try #require(incident.evidence.first { $0.parameter == "min_drop_pixels" })
        #expect(evidence.unit == "px" && evidence.threshold == 100 && abs(evidence.measured - 126) < 10)
        #expect(incident.evidence.contains { $0.parameter == "min_acceleration_metres" && $0.unit == "m/s2" })
        settings.fallingObject.minDrop.pixels = 160
        #expect(try Judging.incidents(scene.recording(), settings, pictureHeightMetres: 6).isEmpty)
    }

    @Test("with a calibration the scale is that of the place: far away the same pixels are more metres")
    func place() throws {
        let pinhole = Pinhole()
        let calibration = CameraCalibration(
            floorPoints: [(-1.5, 4.0), (1.5, 4.0), (1.5, 9.0), (-1.5, 9.0)].map { x, y in
                CameraCalibration.FloorPoint(picture: pinhole.fraction(x, y), metres: Point(x: x, y: y))
            })
        let scene = CameraScene(camera: Judging.camera, calibration: calibration)
        let size = pinhole.size
        let camera = try #require(try scene.floorCamera(for: size))
        let context = RuleContext(seconds: 1, frameSize: size, scene: scene, floor: camera)
        let near = try #require(context.scale(at: pinhole.pixel(0, 4)))
        let far = try #require(context.scale(at: pinhole.pixel(0, 9)))
        #expect(far > 1.5 * near)
        let nearby = try #require(context.floorPixelsPerSquareMetre(at: pinhole.pixel(0, 4)))
        let distant = try #require(context.floorPixelsPerSquareMetre(at: pinhole.pixel(0, 9)))
        #expect(nearby > 3 * distant)
        // Above the horizon nothing stands: the middle of the picture stands for it.
        #expect(context.scale(at: Point(x: 640, y: -4000)) == context.metres)
    }
}
