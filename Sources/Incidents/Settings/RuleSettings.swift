/// What the rules of one camera judge by. The defaults need no calibration: lengths are parts of the picture's height, so
/// that they hold at every resolution; where a camera has a scale (``CameraScene/pictureHeightMetres``), the values in
/// metres replace them.
public struct RuleSettings: Hashable, Sendable, Codable {
    public var fallingObject: FallingObjectSettings
    public var spill: SpillSettings
    public var merge: MergeSettings
    /// Silence after a change of the whole picture (lights, camera moved) has ended, in seconds, ≥ 0.
    public var settleSeconds: Double

    public init(
        fallingObject: FallingObjectSettings = FallingObjectSettings(), spill: SpillSettings = SpillSettings(),
        merge: MergeSettings = MergeSettings(), settleSeconds: Double = 1
    ) {
        self.fallingObject = fallingObject
        self.spill = spill
        self.merge = merge
        self.settleSeconds = settleSeconds
    }
}
