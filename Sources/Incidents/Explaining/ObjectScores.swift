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
        func score(_ parameter: String, _ measured: Double, _ threshold: Double) -> RuleScore {
            RuleScore(
                kind: .spill, track: history.id, parameter: parameter, measured: measured, threshold: threshold,
                unit: "", isMet: parameter.hasPrefix("max") ? measured <= threshold : measured >= threshold)
        }
        let frame = Double(max(1, context.frameSize.area))
        var scores = [
            score("min_area_fraction", area, settings.minAreaFraction),
            score("min_growth_ratio", ratio, settings.minGrowthRatio),
            score("max_area_fraction", area, settings.maxAreaFraction),
            score("min_grown_fraction", max(0, last.area - smallest) / frame, settings.minGrownFraction),
            score(
                "max_height_to_width", Double(last.region.height) / Double(max(1, last.region.width)),
                settings.maxHeightToWidth),
        ]
        if let cues = last.cues {
            scores += [
                score("max_moving_fraction", cues.movingFraction, settings.maxMovingFraction),
                score("min_containment", cues.containment, settings.minContainment),
                score("min_luma_change", abs(cues.lumaRatio - 1), settings.minLumaChange),
                score("max_texture_ratio", cues.textureRatio, settings.maxTextureRatio),
            ]
        }
        if let metres = context.metres {
            // The floor is seen at a slant, as the rule has it.
            let side = metres / context.height
            scores.append(score("min_area_square_metres", 2 * last.area * side * side, settings.minAreaSquareMetres))
        }
        return scores
    }
}
