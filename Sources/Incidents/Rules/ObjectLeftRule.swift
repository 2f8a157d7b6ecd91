import Domain

/// `object_left`: something came into a walkway, stands there, and nobody is with it.
struct ObjectLeftRule: Sendable {
    private let settings: ObjectLeftSettings
    private var solitude = Solitude()
    private var announced: Set<TrackID> = []

    init(settings: ObjectLeftSettings) { self.settings = settings }

    mutating func removeAll() {
        solitude.removeAll()
        announced.removeAll()
    }

    mutating func assess(_ ledger: TrackLedger, spreading: Set<TrackID>, _ context: RuleContext) -> [RuleSign] {
        guard settings.enabled, context.scene.zones.contains(where: { $0.kind == .walkway }) else { return [] }
        var signs: [RuleSign] = []
        for id in ledger.seen where !spreading.contains(id) && !announced.contains(id) {
            guard let history = ledger.histories[id], history.origin == .motion, let last = history.last,
                let alone = solitude.update(
                    history, ledger, context, distance: aloneDistance(last.region, context)),
                context.seconds - alone.aloneSince >= settings.staySeconds - 1e-6,
                last.area >= minArea(last, context), isThing(history, since: alone.aloneSince, context),
                let zone = context.scene.zones.first(where: {
                    $0.kind == .walkway && $0.contains(context.foot(last.region), in: context.frameSize)
                })
            else { continue }
            announced.insert(id)
            var facts = IncidentFacts()
            facts.zoneName = zone.name
            facts.zoneKind = zone.kind
            facts.stoodSeconds = context.seconds - alone.aloneSince
            signs.append(
                RuleSign(
                    kind: .objectLeft, startSeconds: alone.restSince, endSeconds: context.seconds,
                    region: last.region.clamped(to: context.frameSize), severity: .medium, facts: facts,
                    evidence: measured(history, alone.aloneSince, context), tracks: [id]))
        }
        solitude.keep(ledger)
        announced = announced.filter { ledger.histories[$0] != nil }
        return signs
    }

    /// Each track, where there is a walkway; how long it has been alone is 0 until it lies still and is.
    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        guard settings.enabled, context.scene.zones.contains(where: { $0.kind == .walkway }) else { return [] }
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id], history.origin == .motion else { return [] }
            let since = solitude.aloneSince(id) ?? context.seconds
            return measured(history, since, context).map { RuleScore($0, .objectLeft, track: id) }
        }
    }

    private func measured(_ history: TrackHistory, _ aloneSince: Double, _ context: RuleContext) -> [Evidence] {
        guard let last = history.last else { return [] }
        let contrasts = history.samples.filter { $0.seconds >= aloneSince }.compactMap { $0.cues?.outlineContrast }
        return [
            Evidence(
                parameter: "staySeconds", measured: context.seconds - aloneSince, threshold: settings.staySeconds,
                unit: "s"),
            context.evidence(
                "minArea", pixels: last.area, settings.minArea,
                perSquareMetre: context.uprightPixelsPerSquareMetre(at: context.foot(last.region))),
            Evidence(
                parameter: "minOutlineContrast",
                measured: contrasts.isEmpty ? 0 : contrasts.reduce(0, +) / Double(contrasts.count),
                threshold: settings.minOutlineContrast, unit: ""),
        ]
    }

    private func minArea(_ last: TrackSample, _ context: RuleContext) -> Double {
        context.pixels(
            settings.minArea, perSquareMetre: context.uprightPixelsPerSquareMetre(at: context.foot(last.region)))
    }

    private func aloneDistance(_ region: Region, _ context: RuleContext) -> Double {
        context.pictureHeights(settings.aloneDistance, scale: context.scale(at: context.foot(region)))
    }

    /// Something with a surface of its own, which keeps its size: no shadow, no light, no liquid, no place something left.
    private func isThing(_ history: TrackHistory, since: Double, _ context: RuleContext) -> Bool {
        let stood = history.samples.filter { $0.seconds >= since }
        let cues = stood.compactMap(\.cues)
        guard !cues.isEmpty else { return false }
        let count = Double(cues.count)
        let contrasts = cues.compactMap(\.outlineContrast)
        // What is too thin to be compared with what is around it is as likely the rest of a place that somebody left.
        guard !contrasts.isEmpty,
            contrasts.reduce(0, +) / Double(contrasts.count) >= settings.minOutlineContrast
        else { return false }
        guard cues.map(\.movingFraction).reduce(0, +) / count <= 0.06,
            cues.map(\.textureSimilarity).reduce(0, +) / count < 0.6
        else { return false }
        let areas = stood.map(\.area)
        guard let least = areas.min(), let most = areas.max() else { return false }
        return least >= 0.6 * most && !context.touchesSide(history.last?.region ?? history.firstRegion)
    }
}
