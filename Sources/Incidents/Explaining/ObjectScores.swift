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
        guard settings.enabled, let last = history.last,
            let descent = Descent(in: history.samples[...], height: context.height, maxSeconds: settings.maxFallSeconds)
        else { return [] }
        let scale = context.scale(at: context.foot(last.region))
        return FallingObjectRule.measured(descent, settings, scale: scale, context).map {
            RuleScore($0, .fallingObject, track: history.id)
        }
    }

    private static func spill(
        _ history: TrackHistory, _ context: RuleContext, _ settings: SpillSettings
    ) -> [RuleScore] {
        guard settings.enabled, let last = history.last else { return [] }
        let smallest = history.samples.map(\.area).min() ?? last.area
        let perSquareMetre = context.floorPixelsPerSquareMetre(at: last.centroid)
        func score(_ parameter: String, _ measured: Double, _ threshold: Double) -> RuleScore {
            RuleScore(
                Evidence(parameter: parameter, measured: measured, threshold: threshold, unit: ""), .spill,
                track: history.id, isUpperLimit: parameter.hasPrefix("max"))
        }
        var scores = [
            RuleScore(
                context.evidence("minArea", pixels: last.area, settings.minArea, perSquareMetre: perSquareMetre),
                .spill,
                track: history.id),
            RuleScore(
                context.evidence(
                    "minGrown", pixels: last.area - smallest, settings.minGrown, perSquareMetre: perSquareMetre),
                .spill, track: history.id),
            score("min_growth_ratio", smallest > 0 ? last.area / smallest : 1, settings.minGrowthRatio),
            score("max_area_fraction", last.area / Double(max(1, context.frameSize.area)), settings.maxAreaFraction),
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
        return scores
    }
}
