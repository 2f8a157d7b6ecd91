import Domain

/// `object_removed`: the place of something that stood for long is empty, and nobody is with it.
struct ObjectRemovedRule: Sendable {
    /// Where something that was set down became part of the known picture.
    private struct Absorbed: Sendable {
        var region: Region
        var seconds: Double
    }

    private static let maxAbsorbed = 64

    private let settings: ObjectRemovedSettings
    private var solitude = Solitude()
    private var announced: Set<TrackID> = []
    /// What grew while nobody was near: an empty place keeps its size, what runs out does not.
    private var grown: Set<TrackID> = []
    private var absorbed: [Absorbed] = []
    /// What other rules reported lately: what fell is not taken away.
    private var explained: [(region: Region, seconds: Double)] = []

    init(settings: ObjectRemovedSettings) { self.settings = settings }

    mutating func removeAll() {
        solitude.removeAll()
        announced.removeAll()
        grown.removeAll()
        absorbed.removeAll()
        explained.removeAll()
    }

    /// - Parameters:
    ///   - sceneKnownSince: when the scene was known first, in seconds.
    ///   - others: what the other rules saw in this frame.
    ///   - spreading: tracks known as liquids.
    mutating func assess(
        _ ledger: TrackLedger, others: [RuleSign], spreading: Set<TrackID>, sceneKnownSince: Double,
        _ context: RuleContext
    ) -> [RuleSign] {
        guard settings.enabled else { return [] }
        noteAbsorbed(ledger, context)
        // What toppled or tipped over leaves its place beside where it lies.
        let reach = Int(clamping: 0.1 * context.height)
        explained += others.map { ($0.region.expanded(by: reach), context.seconds) }
        explained.removeAll { context.seconds - $0.seconds > 30 }
        var signs: [RuleSign] = []
        for id in ledger.seen where !announced.contains(id) && !spreading.contains(id) {
            guard let history = ledger.histories[id], history.origin == .motion, let last = history.last,
                let alone = solitude.update(
                    history, ledger, context, distance: aloneDistance(last.region, context))
            else { continue }
            if Self.grows(history, since: alone.aloneSince) { grown.insert(id) }
            guard !grown.contains(id), context.seconds - alone.aloneSince >= settings.staySeconds - 1e-6,
                isPlace(history, alone, context)
            else { continue }
            let stood = stoodSeconds(history, last, sceneKnownSince)
            guard stood >= settings.minStoodSeconds - 1e-6,
                !explained.contains(where: { !$0.region.intersection(last.region).isEmpty })
            else { continue }
            announced.insert(id)
            if leftByItself(last.region, ledger) { continue }
            signs.append(sign(history, last, alone.aloneSince, stood: stood, context))
        }
        solitude.keep(ledger)
        announced = announced.filter { ledger.histories[$0] != nil }
        grown = grown.filter { ledger.histories[$0] != nil }
        return signs
    }

    /// Whether its area went up steadily within the time alone, by more than an outline flickers.
    private static func grows(_ history: TrackHistory, since: Double) -> Bool {
        let areas = history.samples.filter { $0.seconds >= since }.map(\.area)
        guard areas.count >= 6 else { return false }
        let third = areas.count / 3
        return areas.suffix(third).reduce(0, +) > 1.15 * areas.prefix(third).reduce(0, +)
    }

    /// Lies still, differs from what was known, and looks like what is around it.
    private func isPlace(
        _ history: TrackHistory, _ alone: (restSince: Double, aloneSince: Double), _ context: RuleContext
    ) -> Bool {
        guard let last = history.last else { return false }
        guard last.area >= context.pixels(settings.minArea, perSquareMetre: perSquareMetre(last, context)),
            last.area <= settings.maxAreaFraction * Double(context.frameSize.area),
            !context.touchesSide(last.region)
        else { return false }
        let stood = history.samples.filter { $0.seconds >= alone.aloneSince }
        let cues = stood.compactMap(\.cues)
        let contrasts = cues.compactMap(\.outlineContrast)
        guard let least = stood.map(\.area).min(), least >= 0.6 * last.area, !contrasts.isEmpty,
            contrasts.reduce(0, +) / Double(contrasts.count) <= settings.maxOutlineContrast,
            cues.map(\.movingFraction).reduce(0, +) / Double(cues.count) <= 0.06,
            cues.map(\.textureSimilarity).reduce(0, +) / Double(cues.count) < 0.6
        else { return false }
        return true
    }

    /// Each track; how long it has been alone is 0 until it lies still and is.
    func scores(_ ledger: TrackLedger, _ sceneKnownSince: Double, _ context: RuleContext) -> [RuleScore] {
        guard settings.enabled else { return [] }
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id], history.origin == .motion, let last = history.last else {
                return []
            }
            let since = solitude.aloneSince(id) ?? context.seconds
            let stood = stoodSeconds(history, last, sceneKnownSince)
            return measured(history, since, stood: stood, context).map {
                RuleScore($0, .objectRemoved, track: id, isUpperLimit: $0.parameter.hasPrefix("max"))
            }
        }
    }

    /// For how long it had stood before it went.
    private func stoodSeconds(_ history: TrackHistory, _ last: TrackSample, _ sceneKnownSince: Double) -> Double {
        history.firstSeconds - (absorbed.last { $0.region.iou(last.region) > 0.4 }?.seconds ?? sceneKnownSince)
    }

    /// Beside the thresholds.
    private func measured(
        _ history: TrackHistory, _ aloneSince: Double, stood: Double, _ context: RuleContext
    ) -> [Evidence] {
        guard let last = history.last else { return [] }
        let contrasts = history.samples.filter { $0.seconds >= aloneSince }.compactMap { $0.cues?.outlineContrast }
        return [
            Evidence(parameter: "minStoodSeconds", measured: stood, threshold: settings.minStoodSeconds, unit: "s"),
            Evidence(
                parameter: "staySeconds", measured: context.seconds - aloneSince, threshold: settings.staySeconds,
                unit: "s"),
            context.evidence(
                "minArea", pixels: last.area, settings.minArea, perSquareMetre: perSquareMetre(last, context)),
            Evidence(
                parameter: "maxAreaFraction", measured: last.area / Double(max(1, context.frameSize.area)),
                threshold: settings.maxAreaFraction, unit: ""),
            Evidence(
                parameter: "maxOutlineContrast",
                measured: contrasts.isEmpty ? 1 : contrasts.reduce(0, +) / Double(contrasts.count),
                threshold: settings.maxOutlineContrast, unit: ""),
        ]
    }

    private func perSquareMetre(_ last: TrackSample, _ context: RuleContext) -> Double? {
        context.uprightPixelsPerSquareMetre(at: context.foot(last.region))
    }

    private func aloneDistance(_ region: Region, _ context: RuleContext) -> Double {
        context.pictureHeights(settings.aloneDistance, scale: context.scale(at: context.foot(region)))
    }

    /// Whether something that began to move here, as large as the place, went away: a person or a vehicle that had stood.
    private func leftByItself(_ place: Region, _ ledger: TrackLedger) -> Bool {
        ledger.histories.values.contains { other in
            guard let last = other.last, other.firstRegion.iou(place) > 0.25 else { return false }
            return last.region.intersection(place).isEmpty && last.area > 0.4 * Double(other.firstRegion.area) * 0.5
        }
    }

    private mutating func noteAbsorbed(_ ledger: TrackLedger, _ context: RuleContext) {
        for id in ledger.justLost {
            guard let history = ledger.histories[id], let last = history.last,
                let rest = Rest(of: history.samples, height: context.height, seconds: 2),
                last.seconds - rest.startSeconds > 5
            else { continue }
            absorbed.append(Absorbed(region: last.region, seconds: rest.startSeconds))
            if absorbed.count > Self.maxAbsorbed { absorbed.removeFirst() }
        }
    }

    private func sign(
        _ history: TrackHistory, _ last: TrackSample, _ aloneSince: Double, stood: Double, _ context: RuleContext
    ) -> RuleSign {
        var facts = IncidentFacts()
        let zone = context.scene.zone(at: context.foot(last.region), in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        facts.stoodSeconds = stood
        return RuleSign(
            kind: .objectRemoved, startSeconds: history.firstSeconds, endSeconds: context.seconds,
            region: last.region.clamped(to: context.frameSize), severity: .medium, facts: facts,
            evidence: measured(history, aloneSince, stood: stood, context), tracks: [history.id])
    }
}
