import Domain

/// What the rules about things that stand, topple, are left or taken away measure now.
extension ToppledStackRule {
    /// Each track by itself; the rule takes the tracks of one event together.
    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        guard settings.enabled, context.height > 0 else { return [] }
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id], history.origin == .motion, let last = history.last,
                history.firstRegion.height > 0, history.firstRegion.width > 0, last.region.width > 0
            else { return [] }
            let stood = Double(history.firstRegion.height)
            let moments = Collapse.moments([history], from: history.firstSeconds - 0.3, to: context.seconds)
            let sink = moments.count >= 4 ? max(0, Collapse.sink(moments)) : 0
            let speed = moments.count >= 4 ? Collapse.fastest(moments) / context.height : 0
            let aspect =
                Double(last.region.height) / Double(last.region.width)
                / (stood / Double(history.firstRegion.width))
            func score(_ parameter: String, _ measured: Double, _ threshold: Double, _ unit: String = "") -> RuleScore {
                RuleScore(
                    kind: .toppledStack, track: id, parameter: parameter, measured: measured, threshold: threshold,
                    unit: unit, isMet: parameter.hasPrefix("max") ? measured <= threshold : measured >= threshold)
            }
            let sizes: [RuleScore]
            if let metres = context.metres {
                sizes = [
                    score("min_height_metres", stood / context.height * metres, settings.minHeightMetres, "m"),
                    score("min_sink_speed_metres", speed * metres, settings.minSinkSpeedMetres, "m/s"),
                ]
            } else {
                sizes = [
                    score(
                        "min_height_picture_heights", stood / context.height, settings.minHeightPictureHeights,
                        "picture heights"),
                    score(
                        "min_sink_speed_picture_heights", speed, settings.minSinkSpeedPictureHeights,
                        "picture heights/s"),
                ]
            }
            return sizes + [
                score("min_sink_fraction", sink / stood, settings.minSinkFraction),
                score("max_aspect_kept", aspect, settings.maxAspectKept),
            ]
        }
    }
}

extension ObjectLeftRule {
    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        guard settings.enabled, context.scene.zones.contains(where: { $0.kind == .walkway }) else { return [] }
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id], history.origin == .motion, let last = history.last else {
                return []
            }
            let stay = solitude.aloneSince(id).map { context.seconds - $0 } ?? 0
            var scores = [
                RuleScore(
                    kind: .objectLeft, track: id, parameter: "stay_seconds", measured: stay,
                    threshold: settings.staySeconds, unit: "s", isMet: stay >= settings.staySeconds),
                context.areaScore(
                    .objectLeft, last, fraction: settings.minAreaFraction, squareMetres: settings.minAreaSquareMetres),
            ]
            if let contrast = last.cues?.outlineContrast {
                scores.append(
                    RuleScore(
                        kind: .objectLeft, track: id, parameter: "min_outline_contrast", measured: contrast,
                        threshold: settings.minOutlineContrast, unit: "",
                        isMet: contrast >= settings.minOutlineContrast))
            }
            return scores.map { score in
                var score = score
                score.track = id
                return score
            }
        }
    }
}

extension ObjectRemovedRule {
    func scores(_ ledger: TrackLedger, sceneKnownSince: Double, _ context: RuleContext) -> [RuleScore] {
        guard settings.enabled else { return [] }
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id], history.origin == .motion, let last = history.last else {
                return []
            }
            let since = absorbed.last { $0.region.iou(last.region) > 0.4 }?.seconds ?? sceneKnownSince
            let stay = solitude.aloneSince(id).map { context.seconds - $0 } ?? 0
            let area = last.area / Double(max(1, context.frameSize.area))
            func score(_ parameter: String, _ measured: Double, _ threshold: Double, _ unit: String = "") -> RuleScore {
                RuleScore(
                    kind: .objectRemoved, track: id, parameter: parameter, measured: measured, threshold: threshold,
                    unit: unit, isMet: parameter.hasPrefix("max") ? measured <= threshold : measured >= threshold)
            }
            return [
                score("min_stood_seconds", max(0, history.firstSeconds - since), settings.minStoodSeconds, "s"),
                score("stay_seconds", stay, settings.staySeconds, "s"),
                score("min_area_fraction", area, settings.minAreaFraction),
                score("max_area_fraction", area, settings.maxAreaFraction),
            ]
                + (last.cues?.outlineContrast.map { [score("max_outline_contrast", $0, settings.maxOutlineContrast)] }
                    ?? [])
        }
    }
}

extension MarkedObjectRule {
    func scores(_ observation: SceneObservation, _ context: RuleContext) -> [RuleScore] {
        guard settings.enabled else { return [] }
        return watches.keys.sorted().flatMap { id -> [RuleScore] in
            guard let watch = watches[id], let home = watch.home,
                let track = observation.tracks.first(where: { $0.id == id })
            else { return [] }
            let isSeen = track.phase == .appeared || track.phase == .continued
            let moved = isSeen ? track.sample.centroid.distance(to: home.place) / max(1, home.area.squareRoot()) : 0
            let away = watch.awaySince.map { context.seconds - $0 } ?? 0
            let lost = watch.lostSince.map { context.seconds - $0 } ?? 0
            func score(_ parameter: String, _ measured: Double, _ threshold: Double, _ unit: String = "") -> RuleScore {
                RuleScore(
                    kind: .markedObjectMoved, track: id, parameter: parameter, measured: measured,
                    threshold: threshold, unit: unit, isMet: measured >= threshold)
            }
            return [
                score("min_move_sizes", moved, settings.minMoveSizes),
                score("confirm_seconds", away, settings.confirmSeconds, "s"),
                score("lost_seconds", lost, settings.lostSeconds, "s"),
            ]
        }
    }
}

extension RuleContext {
    /// A track's area beside the least one: in m² where the camera has a scale, as a part of the picture elsewhere.
    func areaScore(
        _ kind: IncidentKind, _ sample: TrackSample, fraction: Double, squareMetres: Double
    ) -> RuleScore {
        guard let metres, height > 0 else {
            let measured = sample.area / Double(max(1, frameSize.area))
            return RuleScore(
                kind: kind, parameter: "min_area_fraction", measured: measured, threshold: fraction, unit: "",
                isMet: measured >= fraction)
        }
        let measured = sample.area * (metres / height) * (metres / height)
        return RuleScore(
            kind: kind, parameter: "min_area_square_metres", measured: measured, threshold: squareMetres, unit: "m2",
            isMet: measured >= squareMetres)
    }
}
