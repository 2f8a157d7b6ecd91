import Domain

/// What the rules about falls and spills would measure on each track now: the largest descent of the last seconds, the rest,
/// and the growth.
enum ObjectScores {
    static func scores(_ ledger: TrackLedger, _ context: RuleContext, _ settings: RuleSettings) -> [RuleScore] {
        guard context.height > 0 else { return [] }
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id] else { return [] }
            return fall(history, context, settings.fallingObject) + spill(history, context, settings.spill)
        }
    }

    private static func fall(
        _ history: TrackHistory, _ context: RuleContext, _ settings: FallingObjectSettings
    ) -> [RuleScore] {
        guard settings.enabled,
            let descent = Descent(in: history.samples[...], height: context.height, maxSeconds: settings.maxFallSeconds)
        else { return [] }
        func score(_ parameter: String, _ measured: Double, _ threshold: Double, _ unit: String) -> RuleScore {
            RuleScore(
                kind: .fallingObject, track: history.id, parameter: parameter, measured: measured, threshold: threshold,
                unit: unit, isMet: measured >= threshold)
        }
        if let metres = context.metres {
            return [
                score("min_drop_metres", descent.drop * metres, settings.minDropMetres, "m"),
                score(
                    "min_acceleration_metres", descent.acceleration * metres, settings.minAccelerationMetres, "m/s2"),
                score("min_peak_speed_metres", descent.peakSpeed * metres, settings.minPeakSpeedMetres, "m/s"),
            ]
        }
        return [
            score("min_drop_picture_heights", descent.drop, settings.minDropPictureHeights, "picture heights"),
            score(
                "min_acceleration_picture_heights", descent.acceleration, settings.minAccelerationPictureHeights,
                "picture heights/s2"),
            score(
                "min_peak_speed_picture_heights", descent.peakSpeed, settings.minPeakSpeedPictureHeights,
                "picture heights/s"),
        ]
    }

    private static func spill(
        _ history: TrackHistory, _ context: RuleContext, _ settings: SpillSettings
    ) -> [RuleScore] {
        guard settings.enabled, let last = history.last else { return [] }
        let area = last.area / Double(max(1, context.frameSize.area))
        let smallest = history.samples.map(\.area).min() ?? last.area
        let ratio = smallest > 0 ? last.area / smallest : 1
        return [
            RuleScore(
                kind: .spill, track: history.id, parameter: "min_area_fraction", measured: area,
                threshold: settings.minAreaFraction, unit: "", isMet: area >= settings.minAreaFraction),
            RuleScore(
                kind: .spill, track: history.id, parameter: "min_growth_ratio", measured: ratio,
                threshold: settings.minGrowthRatio, unit: "", isMet: ratio >= settings.minGrowthRatio),
        ]
    }
}
