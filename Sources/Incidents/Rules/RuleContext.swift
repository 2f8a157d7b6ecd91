import Domain
import Foundation

/// One frame, as the rules see it.
struct RuleContext: Sendable {
    let seconds: Double
    let frameSize: FrameSize
    let scene: CameraScene
    /// The camera's scale at each place; nil where it is not calibrated.
    var floor: FloorCamera?
    /// Time of day of the frame.
    var date = Date(timeIntervalSince1970: 0)

    /// Pixels per picture height.
    var height: Double { Double(frameSize.height) }

    /// Metres per picture height in the middle of the picture, where the camera has a scale.
    var metres: Double? {
        metres(at: Point(x: Double(frameSize.width) / 2, y: height * 0.7)) ?? scene.pictureHeightMetres
    }

    /// Metres per picture height of something upright that stands at `foot`, where the camera has a scale.
    func metres(at foot: Point) -> Double? {
        floor?.metresPerPictureHeight(at: foot) ?? scene.pictureHeightMetres
    }

    /// How far two places of the floor are apart in metres, where the camera has a scale. Without a calibration the
    /// picture's scale stands for the floor's, which makes ways towards the camera too short.
    func floorMetres(_ a: Point, _ b: Point) -> Double? {
        if let floor {
            guard let p = floor.floorPosition(of: a), let q = floor.floorPosition(of: b) else { return nil }
            return p.distance(to: q)
        }
        return scene.pictureHeightMetres.map { $0 * a.distance(to: b) / max(1, height) }
    }

    /// A speed in m/s between two moments, where the camera has a scale.
    func floorSpeed(_ a: Point, _ b: Point, seconds: Double) -> Double? {
        guard seconds > 0 else { return nil }
        return floorMetres(a, b).map { $0 / seconds }
    }

    /// Square metres of floor under one pixel, where the camera is calibrated.
    func squareMetresPerPixel(at point: Point) -> Double? { floor?.squareMetresPerPixel(at: point) }

    /// What a threshold means here: a length at `foot`, measured upright or as far as the picture goes.
    func pixels(_ threshold: LengthThreshold, at foot: Point) -> Double {
        if let pixels = threshold.pixels { return pixels }
        if let metres = threshold.metres, let scale = self.metres(at: foot) { return metres / scale * height }
        return threshold.pictureHeights * height
    }

    /// A length in pixels at `foot`, beside its threshold, in the unit in which the threshold counts here.
    func evidence(
        _ parameter: String, pixels: Double, _ threshold: LengthThreshold, at foot: Point, perSecond: Bool = false,
        kind: IncidentKind
    ) -> Evidence {
        let suffix = perSecond ? "/s" : ""
        if let limit = threshold.pixels {
            return Evidence(parameter: parameter, measured: pixels, threshold: limit, unit: "px" + suffix, kind: kind)
        }
        if let limit = threshold.metres, let scale = metres(at: foot) {
            return Evidence(
                parameter: parameter, measured: pixels / height * scale, threshold: limit, unit: "m" + suffix,
                kind: kind)
        }
        return Evidence(
            parameter: parameter, measured: pixels / height, threshold: threshold.pictureHeights,
            unit: "picture heights" + suffix, kind: kind)
    }

    /// Whether `region` touches the picture's edge at the side asked for, within two rows of the gate's coarse grid.
    func touchesBottom(_ region: Region) -> Bool { Double(region.endY) >= height * 0.985 }
    func touchesTop(_ region: Region) -> Bool { Double(region.y) <= height * 0.015 }
    func touchesSide(_ region: Region) -> Bool {
        region.x <= frameSize.width / 70 || region.endX >= frameSize.width - frameSize.width / 70
    }

    /// Where a region stands on the floor: the middle of its lower edge.
    func foot(_ region: Region) -> Point {
        Point(x: region.center.x, y: min(Double(region.endY), height) - 1)
    }
}
