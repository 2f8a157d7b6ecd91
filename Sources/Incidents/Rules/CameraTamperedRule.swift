import Domain

/// `camera_tampered`: see ``CameraTamperedSettings``. Judged in every frame, also while the picture as a whole changes:
/// that is what it is about.
struct CameraTamperedRule: Sendable {
    /// What is wrong with the picture.
    enum Fault: String, Hashable, Sendable {
        case covered, turned, blurred, frozen
    }

    private let settings: CameraTamperedSettings
    private var fault: (kind: Fault, since: Double)?
    private var announced: Fault?
    private var goodSince: Double?

    init(settings: CameraTamperedSettings) { self.settings = settings }

    /// Forgets what it saw: another connection began.
    mutating func removeAll() {
        fault = nil
        goodSince = nil
        announced = nil
    }

    /// Since when the picture as a whole is not to be believed; nil while it is. A frozen one shows nothing new anyway.
    var doubtfulSince: Double? { fault.flatMap { $0.kind == .frozen ? nil : $0.since } }

    mutating func assess(_ observation: SceneObservation) -> [RuleSign] {
        guard settings.enabled, let picture = observation.picture else { return [] }
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
        return [sign(found, picture, since: since, observation)]
    }

    func scores(_ observation: SceneObservation) -> [RuleScore] {
        guard settings.enabled, let picture = observation.picture, picture.isKnown else { return [] }
        return Fault.allCases.map { fault in
            let (parameter, measured, threshold, unit) = measure(fault, picture)
            return RuleScore(
                kind: .cameraTampered, parameter: parameter, measured: measured, threshold: threshold, unit: unit,
                isMet: fault == .frozen ? measured >= threshold : measured <= threshold)
        }
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

    private func measure(_ fault: Fault, _ picture: PictureStatistics) -> (String, Double, Double, String) {
        switch fault {
        case .covered: ("covered_contrast_ratio", picture.contrastRatio, settings.coveredContrastRatio, "")
        case .turned: ("turned_similarity", picture.similarity, settings.turnedSimilarity, "")
        case .blurred: ("blurred_sharpness_ratio", picture.sharpnessRatio, settings.blurredSharpnessRatio, "")
        case .frozen: ("frozen_seconds", picture.frozenSeconds, settings.frozenSeconds, "s")
        }
    }

    private func sign(
        _ fault: Fault, _ picture: PictureStatistics, since: Double, _ observation: SceneObservation
    ) -> RuleSign {
        let (parameter, measured, threshold, unit) = measure(fault, picture)
        let now = observation.time.seconds
        return RuleSign(
            kind: .cameraTampered, startSeconds: fault == .frozen ? now - picture.frozenSeconds : since,
            endSeconds: now,
            region: observation.frameSize.bounds, severity: .high, facts: IncidentFacts(),
            evidence: [
                Evidence(
                    parameter: parameter, measured: measured, threshold: threshold, unit: unit, kind: .cameraTampered)
            ], tracks: [], ruleName: (announced ?? fault).rawValue)
    }
}

extension CameraTamperedRule.Fault: CaseIterable {}
