import Domain

/// What the rules of one camera judge by. The defaults need no calibration: lengths are parts of the picture's height, so
/// that they hold at every resolution; where a camera has a scale (``CameraScene/pictureHeightMetres``), the values in
/// metres replace them.
public struct RuleSettings: Hashable, Sendable, Codable {
    public var fallingObject: FallingObjectSettings
    public var spill: SpillSettings
    public var toppledStack = ToppledStackSettings()
    public var objectLeft = ObjectLeftSettings()
    public var objectRemoved = ObjectRemovedSettings()
    public var markedObject = MarkedObjectSettings()
    public var merge: MergeSettings
    /// Silence after a change of the whole picture (lights, camera moved) has ended, in seconds, ≥ 0.
    public var settleSeconds: Double
    public var zoneEntries: [ZoneEntrySettings] = []
    public var lineCrossings: [LineCrossingSettings] = []
    public var dwells: [DwellSettings] = []
    public var nearMiss = NearMissSettings()
    public var personDown = PersonDownSettings()
    public var cameraTampered = CameraTamperedSettings()
    public var combinations: [Combination] = []
    /// Of rules without a name; those with one carry their own.
    public var policies: [IncidentKind: RulePolicy] = [:]

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

extension RuleSettings {
    /// When the rule that made a sign counts, and how loud it may be.
    func policy(of kind: IncidentKind, name: String?) -> RulePolicy {
        let named: RulePolicy? =
            switch kind {
            case .zoneEntry: zoneEntries.first { $0.name == name }?.policy
            case .lineCrossing: lineCrossings.first { $0.name == name }?.policy
            case .dwell: dwells.first { $0.name == name }?.policy
            case .combination: combinations.first { $0.name == name }?.policy
            default: nil
            }
        return named ?? policies[kind] ?? RulePolicy()
    }
}
