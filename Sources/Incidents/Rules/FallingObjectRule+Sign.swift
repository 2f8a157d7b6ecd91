import Domain

/// What is told of a fall.
extension FallingObjectRule {
    func sign(
        _ history: TrackHistory, _ descent: Descent, _ limits: Limits, endSeconds: Double, foot: Point,
        _ ledger: TrackLedger, _ context: RuleContext, until last: Int
    ) -> RuleSign {
        let samples = history.samples
        let first = firstMovement(history, descent, context)
        var start = samples[first].seconds
        var region = samples[first...last].reduce(samples[first].region) { $0.union($1.region) }
        var tracks = [history.id]
        if let left = self.origin(of: history, at: first, ledger) {
            start = min(start, left.firstSeconds)
            region = region.union(left.firstRegion)
            tracks.append(left.id)
        }
        let origin = samples[descent.first]
        var facts = IncidentFacts()
        facts.dropPixels = descent.drop * context.height
        facts.dropMetres = limits.scale.map { descent.drop * $0 }
        let zone = context.scene.zone(at: foot, in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        if let from = context.scene.zone(at: origin.centroid, in: context.frameSize), from != zone {
            facts.fromZoneName = from.name
            facts.fromZoneKind = from.kind
        }
        return RuleSign(
            kind: .fallingObject, startSeconds: start, endSeconds: endSeconds,
            region: region.clamped(to: context.frameSize), severity: severity(facts), facts: facts,
            evidence: evidence(descent, limits, endSeconds, samples, context), tracks: tracks)
    }

    /// Index of the first sample of leaving: from the fall backwards while it still moved, at most 1 s.
    private func firstMovement(_ history: TrackHistory, _ descent: Descent, _ context: RuleContext) -> Int {
        let samples = history.samples
        var k = descent.first
        while k > 0, samples[descent.first].seconds - samples[k - 1].seconds <= 1 {
            let moved = samples[k].centroid.distance(to: samples[k - 1].centroid)
            if moved < 0.003 * context.height { break }
            k -= 1
        }
        return k
    }

    private func severity(_ facts: IncidentFacts) -> Severity {
        if facts.zoneKind == .walkway { return .high }
        guard let drop = facts.dropMetres else { return .medium }
        return drop >= 2 ? .high : drop >= 0.8 ? .medium : .low
    }

    private func evidence(
        _ descent: Descent, _ limits: Limits, _ endSeconds: Double, _ samples: [TrackSample], _ context: RuleContext
    ) -> [Evidence] {
        var list = Self.measured(descent, settings, scale: limits.scale, context)
        if let last = samples.last, last.seconds > endSeconds {
            list.append(
                Evidence(
                    parameter: "restSeconds", measured: last.seconds - endSeconds, threshold: settings.restSeconds,
                    unit: "s"))
        }
        return list
    }

    /// A descent beside the thresholds that count here.
    static func measured(
        _ descent: Descent, _ settings: FallingObjectSettings, scale: Double?, _ context: RuleContext
    ) -> [Evidence] {
        [
            context.evidence("minDrop", pictureHeights: descent.drop, settings.minDrop, scale: scale),
            context.evidence(
                "minAcceleration", pictureHeights: descent.acceleration, settings.minAcceleration, scale: scale,
                per: "/s2"),
            context.evidence(
                "minPeakSpeed", pictureHeights: descent.peakSpeed, settings.minPeakSpeed, scale: scale, per: "/s"),
        ]
    }
}
