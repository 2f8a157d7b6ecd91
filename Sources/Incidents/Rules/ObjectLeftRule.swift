import Domain

/// `object_left`: something came into a walkway, stands there, and nobody is with it.
struct ObjectLeftRule: Sendable {
    let settings: ObjectLeftSettings
    private(set) var solitude = Solitude()
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
                    history, ledger, context, distance: settings.aloneDistancePictureHeights),
                context.seconds - alone.aloneSince >= settings.staySeconds - 1e-6,
                last.area >= minArea(context), isThing(history, since: alone.aloneSince, context),
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
                    evidence: [
                        Evidence(
                            parameter: "staySeconds", measured: context.seconds - alone.aloneSince,
                            threshold: settings.staySeconds, unit: "s"),
                        Evidence(
                            parameter: "minAreaFraction", measured: last.area / Double(max(1, context.frameSize.area)),
                            threshold: settings.minAreaFraction, unit: ""),
                        Evidence(
                            parameter: "minOutlineContrast", measured: last.cues?.outlineContrast ?? 1,
                            threshold: settings.minOutlineContrast, unit: ""),
                    ], tracks: [id]))
        }
        solitude.keep(ledger)
        announced = announced.filter { ledger.histories[$0] != nil }
        return signs
    }

    private func minArea(_ context: RuleContext) -> Double {
        guard let metres = context.metres else { return settings.minAreaFraction * Double(context.frameSize.area) }
        return settings.minAreaSquareMetres * (context.height / metres) * (context.height / metres)
    }

    /// Something with a surface of its own, which keeps its size: no shadow, no light, no liquid, no place something left.
    private func isThing(_ history: TrackHistory, since: Double, _ context: RuleContext) -> Bool {
        let stood = history.samples.filter { $0.seconds >= since }
        let cues = stood.compactMap(\.cues)
        guard !cues.isEmpty else { return false }
        let count = Double(cues.count)
        let contrasts = cues.compactMap(\.outlineContrast)
        if !contrasts.isEmpty {
            guard contrasts.reduce(0, +) / Double(contrasts.count) >= settings.minOutlineContrast else { return false }
        }
        guard cues.map(\.movingFraction).reduce(0, +) / count <= 0.06,
            cues.map(\.textureSimilarity).reduce(0, +) / count < 0.6
        else { return false }
        let areas = stood.map(\.area)
        guard let least = areas.min(), let most = areas.max() else { return false }
        return least >= 0.6 * most && !context.touchesSide(history.last?.region ?? history.firstRegion)
    }
}
