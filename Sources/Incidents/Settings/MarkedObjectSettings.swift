/// When something happened to an object that a person marked.
public struct MarkedObjectSettings: Hashable, Sendable, Codable {
    public var enabled: Bool
    /// How far it must move from where it stood, in its own sizes (the square root of its area), > 0: masks breathe.
    public var minMoveSizes: Double
    /// The same in metres; where a site gives it and the camera has a scale, it counts.
    public var minMoveMetres: Double?
    /// The same in pixels; where a site gives it, it counts.
    public var minMovePixels: Double?
    /// How long it must be elsewhere, or outside its zone, in seconds.
    public var confirmSeconds: Double
    /// How long it must not be seen, in seconds; twice as long while something moves in front of it.
    public var lostSeconds: Double
    /// After it has stood this long in a new place, that is its place, in seconds.
    public var settleSeconds: Double

    public init(
        enabled: Bool = true, minMoveSizes: Double = 0.5, confirmSeconds: Double = 0.6, lostSeconds: Double = 4,
        settleSeconds: Double = 10
    ) {
        self.enabled = enabled
        self.minMoveSizes = minMoveSizes
        self.confirmSeconds = confirmSeconds
        self.lostSeconds = lostSeconds
        self.settleSeconds = settleSeconds
    }
}
