public import Domain

/// What a rule can be set to.
public protocol RuleParameters: ParameterGroup {
    /// What it reports; its key in the configuration.
    static var kind: IncidentKind { get }
    /// What it looks for, in one sentence.
    static var sentence: String { get }
}

/// A rule that a site has once.
public protocol SingleRuleParameters: RuleParameters {
    var enabled: Bool { get set }
}

/// A rule of which a site writes as many as it likes, each with a name.
public protocol ListedRuleParameters: RuleParameters {
    var name: String { get set }
    /// It is no incident by itself, only a part of combinations.
    var isPartOnly: Bool { get set }
    var policy: RulePolicy { get set }
    /// Only these cameras; empty: all.
    var cameras: [CameraID] { get set }
    /// Keys of which one must be given: without, the rule would fire nowhere.
    static var needed: [String] { get }
}

extension ListedRuleParameters {
    public static var needed: [String] { [] }
}

/// What the rules of one camera judge by. The defaults need no calibration: lengths are parts of the picture's height, so
/// that they hold at every resolution; where a camera has a scale (``CameraScene/pictureHeightMetres``), the values in
/// metres replace them.
public struct RuleSettings: Hashable, Sendable {
    /// Those that differ from their defaults.
    private var single: [IncidentKind: any SingleRuleParameters] = [:]
    public var zoneEntries: [ZoneEntrySettings] = []
    public var lineCrossings: [LineCrossingSettings] = []
    public var dwells: [DwellSettings] = []
    public var combinations: [Combination] = []
    public var merge = MergeSettings()
    public var scene = SceneChangeSettings()
    /// When rules without a name count, and how loud they may be; those with one carry their own.
    public var policies: [IncidentKind: RulePolicy] = [:]
    /// Those of single cameras; nil inside: the defaults.
    private var byCamera: [CameraID: [IncidentKind: (any SingleRuleParameters)?]] = [:]

    public init() {}

    /// The settings of one rule.
    public subscript<Settings: SingleRuleParameters>(_ type: Settings.Type) -> Settings {
        get { single[Settings.kind] as? Settings ?? Settings() }
        set { single[Settings.kind] = newValue == Settings() ? nil : newValue }
    }

    /// Without what is meant for other cameras alone.
    public func of(_ camera: CameraID) -> RuleSettings {
        func holds(_ cameras: [CameraID]) -> Bool { cameras.isEmpty || cameras.contains(camera) }
        var own = self
        for (kind, settings) in byCamera[camera] ?? [:] { own.single[kind] = settings }
        own.byCamera.removeAll()
        own.zoneEntries.removeAll { !holds($0.cameras) }
        own.lineCrossings.removeAll { !holds($0.cameras) }
        own.dwells.removeAll { !holds($0.cameras) }
        own.combinations.removeAll { !holds($0.cameras) }
        return own
    }

    /// Makes a rule that a site has once more or less sensitive before one camera, on top of what holds for all. Set the
    /// rule's own values first.
    public mutating func set(_ sensitivity: RuleSensitivity, of rule: RuleRegistry.Entry, for camera: CameraID) {
        var own = self
        rule.set(&own, sensitivity.changes(to: rule.values(self), by: rule.description))
        byCamera[camera, default: [:]][rule.description.kind] = .some(own.single[rule.description.kind])
    }

    /// Whether there is a rule of a kind of which a site writes as many as it likes, with this name where one is given. True for
    /// rules that a site has once.
    public func has(_ kind: IncidentKind, name: String?) -> Bool {
        let names: [String]
        switch kind {
        case .zoneEntry: names = zoneEntries.map(\.name)
        case .lineCrossing: names = lineCrossings.map(\.name)
        case .dwell: names = dwells.map(\.name)
        default: return name == nil
        }
        return name.map(names.contains) ?? !names.isEmpty
    }

    /// When the rule that detected something counts, and how loud it may be.
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

    // MARK: Hashable, for the settings of any rule

    private var fixed: [AnyHashable] {
        [zoneEntries, lineCrossings, dwells, combinations, merge, scene, policies]
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.fixed == b.fixed && a.single.mapValues { AnyHashable($0) } == b.single.mapValues { AnyHashable($0) }
            && a.hashableByCamera == b.hashableByCamera
    }

    private var hashableByCamera: [CameraID: [IncidentKind: AnyHashable?]] {
        byCamera.mapValues { $0.mapValues { $0.map { AnyHashable($0) } } }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(fixed)
        hasher.combine(single.mapValues { AnyHashable($0) })
        hasher.combine(hashableByCamera)
    }
}

/// `merge`: when two detections belong to one physical event and so to one incident.
public struct MergeSettings: ParameterGroup {
    /// A box that burst goes on sliding, rolling and leaking for a few seconds.
    @Parameter(
        "max_gap_seconds", .seconds, 0...120,
        "Longest time between the end of one detection and the start of the next; an incident stays open for so long.")
    public var maxGapSeconds = 5.0
    @Parameter(
        "max_distance_picture_heights", .pictureHeights(), 0...2, "Longest distance between their places.")
    public var maxDistancePictureHeights = 0.1

    public init() {}
}

/// What holds for all rules when the picture as a whole changes.
public struct SceneChangeSettings: ParameterGroup {
    @Parameter(
        "settle_seconds", .seconds, 0...60, "Silence after lights were switched or the camera was moved.")
    public var settleSeconds = 1.0

    public init() {}
}
