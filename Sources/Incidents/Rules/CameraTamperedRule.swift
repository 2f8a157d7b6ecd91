import Domain

/// `camera_tampered`: the picture is no longer the one the camera usually gives.
///
/// Ratios are against the usual picture, which is learned over minutes: a camera that was moved on purpose alarms once and
/// is then accepted.
public struct CameraTamperedSettings: SingleRuleParameters {
    public static let kind = IncidentKind.cameraTampered
    public static let sentence =
        "The camera was covered, turned, put out of focus, or sends the same picture all the time."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = true
    @Parameter(
        "covered_contrast_ratio", .ratio, 0...1, fires: .atMost, "Covered: contrast below this part of the usual one.")
    public var coveredContrastRatio = 0.3
    @Parameter(
        "dark_counts",
        "Whether a dark picture counts as covered; false where lights go out and the camera has no infrared.")
    public var darkCounts = true
    @Parameter("dark_luma", .luma, 0...255, "Mean brightness below which a picture is dark.")
    public var darkLuma = 30.0
    @Parameter(
        "blurred_sharpness_ratio", .ratio, 0...1, fires: .atMost,
        "Blurred: sharpness below this part of the usual one, while the coarse picture stays.")
    public var blurredSharpnessRatio = 0.4
    @Parameter(
        "turned_similarity", .ratio, -1...1, fires: .atMost,
        "Turned: the coarse picture's correlation with the usual one below this.")
    public var turnedSimilarity = 0.35
    @Parameter("min_seconds", .seconds, 0.5...600, fires: .atLeast, "How long it must be so.")
    public var minSeconds = 5.0
    @Parameter(
        "frozen_seconds", .seconds, 5...86_400, fires: .atLeast, "Frozen: not one pixel has changed for this long.")
    public var frozenSeconds = 60.0

    public init() {}
}

extension RuleSettings {
    public var cameraTampered: CameraTamperedSettings {
        get { self[CameraTamperedSettings.self] }
        set { self[CameraTamperedSettings.self] = newValue }
    }
}

/// `camera_tampered`: see ``CameraTamperedSettings``. Judged in every frame, also while the picture as a whole changes:
/// that is what it is about.
struct CameraTamperedRule: Rule {
    static let judgesAlways = true

    /// What is wrong with the picture.
    private enum Fault: String, Hashable, Sendable, CaseIterable {
        case covered, turned, blurred, frozen
    }

    private let settings: CameraTamperedSettings
    private var fault: (kind: Fault, since: Double)?
    private var announced: Fault?
    private var goodSince: Double?

    init(_ settings: CameraTamperedSettings, scene: CameraScene) { self.settings = settings }

    /// That the tracks mean nothing says nothing about the picture.
    mutating func forget() {}

    mutating func restart() {
        fault = nil
        goodSince = nil
        announced = nil
    }

    /// Since when the picture as a whole is not to be believed; nil while it is. A frozen one shows nothing new anyway.
    var doubtfulSince: Double? { fault.flatMap { $0.kind == .frozen ? nil : $0.since } }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let observation = frame.observation
        guard let picture = observation.picture else { return [] }
        let now = observation.time.seconds
        guard let found = judge(picture) else {
            fault = nil
            // Only a picture that has been good for a while ends it: a hand before the lens lets light through.
            goodSince = goodSince ?? now
            if now - (goodSince ?? now) >= settings.minSeconds { announced = nil }
            return []
        }
        goodSince = nil
        let since = fault?.kind == found ? fault?.since ?? now : now
        fault = (found, since)
        let needed = found == .frozen ? 0 : settings.minSeconds
        guard now - since >= needed - 1e-6 else { return [] }
        announced = announced ?? found
        // Repeated while it lasts, so that the incident stays open.
        return [detection(found, picture, since: since, observation)]
    }

    func scores(_ frame: RuleInput) -> [RuleScore] {
        guard let picture = frame.observation.picture, picture.isKnown else { return [] }
        return Fault.allCases.map { RuleScore(measure($0, picture), Settings.kind, track: nil) }
    }

    private func judge(_ picture: PictureStatistics) -> Fault? {
        if picture.frozenSeconds >= settings.frozenSeconds { return .frozen }
        guard picture.isKnown else { return nil }
        let isDark = picture.meanLuma < settings.darkLuma
        if picture.contrastRatio <= settings.coveredContrastRatio {
            return isDark && !settings.darkCounts ? nil : .covered
        }
        if isDark { return nil }
        if picture.similarity <= settings.turnedSimilarity { return .turned }
        // What is out of focus keeps its coarse look.
        if picture.sharpnessRatio <= settings.blurredSharpnessRatio, picture.similarity >= 0.6,
            picture.sharpnessRatio <= 0.7 * picture.contrastRatio
        {
            return .blurred
        }
        return nil
    }

    private func measure(_ fault: Fault, _ picture: PictureStatistics) -> Evidence {
        switch fault {
        case .covered: settings.$coveredContrastRatio.evidence(picture.contrastRatio)
        case .turned: settings.$turnedSimilarity.evidence(picture.similarity)
        case .blurred: settings.$blurredSharpnessRatio.evidence(picture.sharpnessRatio)
        case .frozen: settings.$frozenSeconds.evidence(picture.frozenSeconds)
        }
    }

    private func detection(
        _ fault: Fault, _ picture: PictureStatistics, since: Double, _ observation: SceneObservation
    ) -> Detection {
        let now = observation.time.seconds
        return Detection(
            kind: .cameraTampered, startSeconds: fault == .frozen ? now - picture.frozenSeconds : since,
            endSeconds: now,
            region: observation.frameSize.bounds, severity: .high, facts: IncidentFacts(),
            evidence: [measure(fault, picture)], tracks: [], ruleName: (announced ?? fault).rawValue)
    }
}
