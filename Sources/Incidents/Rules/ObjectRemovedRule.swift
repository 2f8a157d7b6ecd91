import Domain

/// `object_removed`: something that stood for long is gone.
///
/// What is taken away leaves a place that differs from the known picture, lies still, and has fewer edges along its outline
/// than before: they went with the object.
public struct ObjectRemovedSettings: SingleRuleParameters {
    public static let kind = IncidentKind.objectRemoved
    public static let sentence = "The place of something that stood for long is empty, and nobody is with it."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = true
    @Parameter(
        "min_stood_seconds", .seconds, 0...1_000_000, fires: .atLeast,
        "How long it must have stood: goods that come and go all day are nobody's concern.")
    public var minStoodSeconds = 600.0
    @Parameter("stay_seconds", .seconds, 1...55, fires: .atLeast, "How long the place must stay empty and alone.")
    public var staySeconds = 10.0
    @Parameter(
        "min_area", fraction: 0.0001...1, squareMetres: 0.001...100, pixels: 1...10_000_000, fires: .atLeast,
        "Smallest area that it covered.")
    public var minArea = AreaThreshold(squareMetres: nil, fraction: 0.002)
    @Parameter(
        "max_area_fraction", .partOfPicture, 0.001...1, fires: .atMost, "Largest part of the picture that it covered.")
    public var maxAreaFraction = 0.2
    @Parameter(
        "alone_distance", pictureHeights: 0...1, metres: 0...100, pixels: 0...10_000,
        "Nobody may move closer to the place than this when the time begins.")
    public var aloneDistance = LengthThreshold(metres: nil, pictureHeights: 0.04)
    @Parameter(
        "max_outline_contrast", .ratio, 0...1, fires: .atMost,
        "How far the place differs from what is around it, now as against before: the measure of min_outline_contrast.")
    public var maxOutlineContrast = 0.35

    public init() {}
}

extension RuleSettings {
    public var objectRemoved: ObjectRemovedSettings {
        get { self[ObjectRemovedSettings.self] }
        set { self[ObjectRemovedSettings.self] = newValue }
    }
}

/// `object_removed`: the place of something that stood for long is empty, and nobody is with it.
struct ObjectRemovedRule: Rule {
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

    init(_ settings: ObjectRemovedSettings, scene: CameraScene) { self.settings = settings }

    mutating func forget() {
        solitude.removeAll()
        announced.removeAll()
        grown.removeAll()
        absorbed.removeAll()
        explained.removeAll()
    }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let ledger = frame.ledger, context = frame.context, spreading = frame.spreading
        noteAbsorbed(ledger, context)
        // What toppled or tipped over leaves its place beside where it lies.
        let reach = Int(clamping: 0.1 * context.height)
        explained += frame.earlier.map { ($0.region.expanded(by: reach), context.seconds) }
        explained.removeAll { context.seconds - $0.seconds > 30 }
        var detections: [Detection] = []
        for id in ledger.seen where !announced.contains(id) && !spreading.contains(id) {
            guard let history = ledger.histories[id], history.origin == .motion, let last = history.last,
                let alone = solitude.update(
                    history, ledger, context, distance: aloneDistance(last.region, context))
            else { continue }
            if Self.grows(history, since: alone.aloneSince) { grown.insert(id) }
            guard !grown.contains(id), context.seconds - alone.aloneSince >= settings.staySeconds - 1e-6,
                isPlace(history, alone, context)
            else { continue }
            let stood = stoodSeconds(history, last, frame.sceneKnownSince)
            guard stood >= settings.minStoodSeconds - 1e-6,
                !explained.contains(where: { !$0.region.intersection(last.region).isEmpty })
            else { continue }
            announced.insert(id)
            if leftByItself(last.region, ledger) { continue }
            detections.append(detection(history, last, alone.aloneSince, stood: stood, context))
        }
        solitude.keep(ledger)
        announced = announced.filter { ledger.histories[$0] != nil }
        grown = grown.filter { ledger.histories[$0] != nil }
        return detections
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
    func scores(_ frame: RuleInput) -> [RuleScore] {
        let ledger = frame.ledger, context = frame.context
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id], history.origin == .motion, let last = history.last else {
                return []
            }
            let since = solitude.aloneSince(id) ?? context.seconds
            let stood = stoodSeconds(history, last, frame.sceneKnownSince)
            return measured(history, since, stood: stood, context).map { RuleScore($0, Settings.kind, track: id) }
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
            settings.$minStoodSeconds.evidence(stood), settings.$staySeconds.evidence(context.seconds - aloneSince),
            context.evidence(settings.$minArea, pixels: last.area, perSquareMetre: perSquareMetre(last, context)),
            settings.$maxAreaFraction.evidence(last.area / Double(max(1, context.frameSize.area))),
            settings.$maxOutlineContrast.evidence(
                contrasts.isEmpty ? 1 : contrasts.reduce(0, +) / Double(contrasts.count)),
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

    private func detection(
        _ history: TrackHistory, _ last: TrackSample, _ aloneSince: Double, stood: Double, _ context: RuleContext
    ) -> Detection {
        var facts = IncidentFacts()
        let zone = context.scene.zone(at: context.foot(last.region), in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        facts.stoodSeconds = stood
        return Detection(
            kind: .objectRemoved, startSeconds: history.firstSeconds, endSeconds: context.seconds,
            region: last.region.clamped(to: context.frameSize), severity: .medium, facts: facts,
            evidence: measured(history, aloneSince, stood: stood, context), tracks: [history.id])
    }
}
