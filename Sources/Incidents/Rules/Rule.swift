import Domain

/// A rule judges one camera, frame by frame. One file has all of it: its settings, each declared once, and how it judges;
/// ``RuleRegistry`` names it. `docs/add-a-rule.md` shows how one is added.
protocol Rule: Sendable {
    associatedtype Settings: RuleParameters

    /// Whether it judges also while the scene is learned and while the picture as a whole changes.
    static var judgesAlways: Bool { get }
    /// Whether what it detects is reported before what other rules detect in the same frame.
    static var isReportedFirst: Bool { get }

    init(_ settings: Settings, scene: CameraScene)

    /// Why it can detect nothing in this scene, in words that follow "since"; nil where it can.
    static func obstacle(_ settings: Settings, in scene: CameraScene) -> String?

    /// - Returns: what it detects in this frame; mostly nothing.
    mutating func assess(_ frame: RuleInput) -> [Detection]

    /// What it measures now beside its thresholds, whether it fires or not. Called after ``assess(_:)`` of the same frame.
    func scores(_ frame: RuleInput) -> [RuleScore]

    /// Single tracks mean nothing now, nor does what they did before.
    mutating func forget()

    /// Another connection began: time begins anew, and the places may be others.
    mutating func restart()

    /// What people marked, with the tracks that show it; replaces what was given before.
    mutating func follow(_ marked: [MarkedObject])

    /// Tracks that it knows as liquids.
    var spreading: Set<TrackID> { get }

    /// Since when the picture as a whole is not to be believed; nil while it is.
    var doubtfulSince: Double? { get }
}

extension Rule {
    static var judgesAlways: Bool { false }
    static var isReportedFirst: Bool { false }
    static func obstacle(_ settings: Settings, in scene: CameraScene) -> String? { nil }
    mutating func restart() { forget() }
    mutating func follow(_ marked: [MarkedObject]) {}
    var spreading: Set<TrackID> { [] }
    var doubtfulSince: Double? { nil }
}

/// One frame, as the rules see it.
struct RuleInput: Sendable {
    let observation: SceneObservation
    /// The tracks with their past.
    let ledger: TrackLedger
    /// The frame's size and the camera's scale.
    let context: RuleContext
    /// Since when the scene has been known, in seconds.
    let sceneKnownSince: Double
    /// What the rules before this one detected in this frame.
    var earlier: [Detection] = []
    /// Tracks that rules before this one know as liquids.
    var spreading: Set<TrackID> = []
}

/// What a rule detected, at its first report or with new measurements. Times are seconds on the epoch's media time.
struct Detection: Hashable, Sendable {
    var kind: IncidentKind
    var startSeconds: Double
    var endSeconds: Double
    var region: Region
    var severity: Severity
    var facts: IncidentFacts
    var evidence: [Evidence]
    /// In order; empty where the whole picture is meant. The first is the one that the rule judged.
    var tracks: [TrackID]
    /// The site's name of the rule, where it gave one.
    var ruleName: String?
    /// It is no incident by itself, only a part of combinations.
    var isPartOnly = false
    /// Its own measurements prove it: nothing is to be looked for.
    var isProven = false
    /// Motion alone says too little: without a proof it is nothing.
    var isOnlySuspected = false
}
