import Domain

/// `object_left`: something that stands in a walkway was left there.
public struct ObjectLeftSettings: SingleRuleParameters {
    public static let kind = IncidentKind.objectLeft
    public static let sentence = "Something came into a zone of kind walkway, stands there, and nobody is with it."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = true
    @Parameter(
        "stay_seconds", .seconds, 1...55, fires: .atLeast,
        "How long it must stand alone; after a minute it belongs to the known picture.")
    public var staySeconds = 30.0
    @Parameter(
        "min_area", fraction: 0.0001...1, squareMetres: 0.001...100, pixels: 1...10_000_000, fires: .atLeast,
        "Smallest area seen.")
    public var minArea = AreaThreshold(squareMetres: 0.03, fraction: 0.0012)
    @Parameter(
        "alone_distance", pictureHeights: 0...1, metres: 0...100, pixels: 0...10_000,
        "Nobody may move closer to it than this when the time begins: who works beside it has not left it.")
    public var aloneDistance = LengthThreshold(metres: nil, pictureHeights: 0.04)
    @Parameter(
        "min_outline_contrast", .ratio, 0...1, fires: .atLeast,
        "How far it differs from what is around it, now as against before: 1 came there, 0 left.")
    public var minOutlineContrast = 0.5

    public init() {}
}

extension RuleSettings {
    public var objectLeft: ObjectLeftSettings {
        get { self[ObjectLeftSettings.self] }
        set { self[ObjectLeftSettings.self] = newValue }
    }
}

/// `object_left`: something came into a walkway, stands there, and nobody is with it.
struct ObjectLeftRule: Rule {
    private let settings: ObjectLeftSettings
    private var solitude = Solitude()
    private var announced: Set<TrackID> = []

    init(_ settings: ObjectLeftSettings, scene: CameraScene) { self.settings = settings }

    static func obstacle(_ settings: ObjectLeftSettings, in scene: CameraScene) -> String? {
        scene.zones.contains { $0.kind == .walkway } ? nil : "there is no zone of kind walkway"
    }

    mutating func forget() {
        solitude.removeAll()
        announced.removeAll()
    }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let ledger = frame.ledger, context = frame.context, spreading = frame.spreading
        guard context.scene.zones.contains(where: { $0.kind == .walkway }) else { return [] }
        var detections: [Detection] = []
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
            detections.append(
                Detection(
                    kind: .objectLeft, startSeconds: alone.restSince, endSeconds: context.seconds,
                    region: last.region.clamped(to: context.frameSize), severity: .medium, facts: facts,
                    evidence: measured(history, alone.aloneSince, context), tracks: [id]))
        }
        solitude.keep(ledger)
        announced = announced.filter { ledger.histories[$0] != nil }
        return detections
    }

    /// Each track, where there is a walkway; how long it has been alone is 0 until it lies still and is.
    func scores(_ frame: RuleInput) -> [RuleScore] {
        let ledger = frame.ledger, context = frame.context
        guard context.scene.zones.contains(where: { $0.kind == .walkway }) else { return [] }
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id], history.origin == .motion else { return [] }
            let since = solitude.aloneSince(id) ?? context.seconds
            return measured(history, since, context).map { RuleScore($0, Settings.kind, track: id) }
        }
    }

    private func measured(_ history: TrackHistory, _ aloneSince: Double, _ context: RuleContext) -> [Evidence] {
        guard let last = history.last else { return [] }
        let contrasts = history.samples.filter { $0.seconds >= aloneSince }.compactMap { $0.cues?.outlineContrast }
        return [
            settings.$staySeconds.evidence(context.seconds - aloneSince),
            context.evidence(
                settings.$minArea, pixels: last.area,
                perSquareMetre: context.uprightPixelsPerSquareMetre(at: context.foot(last.region))),
            settings.$minOutlineContrast.evidence(
                contrasts.isEmpty ? 0 : contrasts.reduce(0, +) / Double(contrasts.count)),
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
