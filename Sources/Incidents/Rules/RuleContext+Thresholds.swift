import Domain

/// What the thresholds of the rules mean at a place of this picture, and how a measured value is told beside one.
extension RuleContext {
    /// Metres per picture height of something upright at `foot`; where the floor can't be seen there, in the middle of the
    /// picture. Nil where the camera has no scale.
    func scale(at foot: Point) -> Double? { metres(at: foot) ?? metres }

    /// A threshold in picture heights.
    func pictureHeights(_ threshold: LengthThreshold, scale: Double?) -> Double {
        if let pixels = threshold.pixels { return pixels / height }
        if let metres = threshold.metres, let scale { return metres / scale }
        return threshold.pictureHeights
    }

    /// A length, or with `per` a speed or an acceleration, in picture heights beside its threshold, in the unit that counts
    /// here and under that unit's key: `minDrop` becomes `minDropMetres`.
    func evidence(
        _ key: String, pictureHeights value: Double, _ threshold: LengthThreshold, scale: Double?, per: String = ""
    ) -> Evidence {
        if let limit = threshold.pixels {
            return Evidence(parameter: key + "Pixels", measured: value * height, threshold: limit, unit: "px" + per)
        }
        if let limit = threshold.metres, let scale {
            return Evidence(parameter: key + "Metres", measured: value * scale, threshold: limit, unit: "m" + per)
        }
        return Evidence(
            parameter: key + "PictureHeights", measured: value, threshold: threshold.pictureHeights,
            unit: "picture heights" + per)
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
    func evidence(_ key: String, pixels: Double, _ threshold: AreaThreshold, perSquareMetre: Double?) -> Evidence {
        if let limit = threshold.pixels {
            return Evidence(parameter: key + "Pixels", measured: pixels, threshold: limit, unit: "px")
        }
        if let limit = threshold.squareMetres, let perSquareMetre {
            return Evidence(
                parameter: key + "SquareMetres", measured: pixels / perSquareMetre,
                threshold: max(limit, threshold.leastPixels / perSquareMetre), unit: "m2")
        }
        let whole = Double(max(1, frameSize.area))
        return Evidence(
            parameter: key + "Fraction", measured: pixels / whole,
            threshold: max(threshold.fraction, threshold.leastPixels / whole), unit: "")
    }
}
