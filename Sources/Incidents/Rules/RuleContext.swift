import Domain
import Foundation

/// The size and the scale of one frame: what lengths and thresholds mean at a place of it.
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

    /// A length (or a speed) in pixels at `foot`, beside its threshold, in the unit in which the threshold counts here.
    func evidence(_ parameter: Parameter<LengthThreshold>, pixels: Double, at foot: Point) -> Evidence {
        let threshold = parameter.wrappedValue
        if let limit = threshold.pixels { return parameter.evidence(pixels, limit, .whenGiven) }
        if let limit = threshold.metres, let scale = metres(at: foot) {
            return parameter.evidence(pixels / height * scale, limit, .withScale)
        }
        return parameter.evidence(pixels / height, threshold.pictureHeights, .withoutScale)
    }

    /// Whether `region` touches the picture's edge at the side asked for, within two rows of the motion detector's coarse grid.
    func touchesBottom(_ region: Region) -> Bool { Double(region.endY) >= height * 0.985 }
    func touchesTop(_ region: Region) -> Bool { Double(region.y) <= height * 0.015 }
    func touchesSide(_ region: Region) -> Bool {
        region.x <= frameSize.width / 70 || region.endX >= frameSize.width - frameSize.width / 70
    }

    /// Where a region stands on the floor: the middle of its lower edge.
    func foot(_ region: Region) -> Point {
        Point(x: region.center.x, y: min(Double(region.endY), height) - 1)
    }

    // MARK: Thresholds at a place

    /// Metres per picture height of something upright at `foot`; where the floor can't be seen there, in the middle of the
    /// picture. Nil where the camera has no scale.
    func scale(at foot: Point) -> Double? { metres(at: foot) ?? metres }

    /// A threshold in picture heights.
    func pictureHeights(_ threshold: LengthThreshold, scale: Double?) -> Double {
        if let pixels = threshold.pixels { return pixels / height }
        if let metres = threshold.metres, let scale { return metres / scale }
        return threshold.pictureHeights
    }

    /// A length, a speed or an acceleration in picture heights beside its threshold, in the unit that counts here and under
    /// that unit's key.
    func evidence(_ parameter: Parameter<LengthThreshold>, pictureHeights value: Double, scale: Double?) -> Evidence {
        let threshold = parameter.wrappedValue
        if let limit = threshold.pixels { return parameter.evidence(value * height, limit, .whenGiven) }
        if let limit = threshold.metres, let scale { return parameter.evidence(value * scale, limit, .withScale) }
        return parameter.evidence(value, threshold.pictureHeights, .withoutScale)
    }

    /// Pixels that a square metre of floor covers at `place`. Without a calibration half of the height stands for the slant at
    /// which the floor is seen.
    func floorPixelsPerSquareMetre(at place: Point) -> Double? {
        if let squareMetres = squareMetresPerPixel(at: place), squareMetres > 0 { return 1 / squareMetres }
        return metres.map { height / $0 * height / $0 / 2 }
    }

    /// Pixels that a square metre of something upright covers at `foot`.
    func uprightPixelsPerSquareMetre(at foot: Point) -> Double? { scale(at: foot).map { height / $0 * height / $0 } }

    /// An area's threshold in pixels.
    func pixels(_ threshold: AreaThreshold, perSquareMetre: Double?) -> Double {
        if let pixels = threshold.pixels { return pixels }
        if let limit = threshold.squareMetres, let perSquareMetre {
            return max(limit * perSquareMetre, threshold.leastPixels)
        }
        return max(threshold.fraction * Double(frameSize.area), threshold.leastPixels)
    }

    /// An area in pixels beside its threshold, in the unit that counts here and under that unit's key.
    func evidence(_ parameter: Parameter<AreaThreshold>, pixels: Double, perSquareMetre: Double?) -> Evidence {
        let threshold = parameter.wrappedValue
        if let limit = threshold.pixels { return parameter.evidence(pixels, limit, .whenGiven) }
        if let limit = threshold.squareMetres, let perSquareMetre {
            return parameter.evidence(
                pixels / perSquareMetre, max(limit, threshold.leastPixels / perSquareMetre), .withScale)
        }
        let whole = Double(max(1, frameSize.area))
        return parameter.evidence(
            pixels / whole, max(threshold.fraction, threshold.leastPixels / whole), .withoutScale)
    }
}
