import Domain

extension FallingObjectRule {
    /// The thresholds at one place of the picture, in picture heights.
    struct Limits: Sendable {
        /// Metres per picture height; nil where the camera has no scale.
        let scale: Double?
        let drop: Double
        let acceleration: Double
        let peakSpeed: Double
        /// Nothing falls faster than by its weight. The fit to few samples of a blurred blob overshoots by up to a half; a
        /// view without scale is at least 1.3 m high.
        let maxAcceleration: Double

        init(_ settings: FallingObjectSettings, at foot: Point, _ context: RuleContext) {
            let scale = context.scale(at: foot)
            self.scale = scale
            drop = context.pictureHeights(settings.minDrop, scale: scale)
            acceleration = context.pictureHeights(settings.minAcceleration, scale: scale)
            peakSpeed = context.pictureHeights(settings.minPeakSpeed, scale: scale)
            maxAcceleration = scale.map { 15 / $0 } ?? 9
        }
    }
}
