import Domain

/// `spill`: something spreads on the floor.
///
/// The reasoning: a liquid only ever adds floor to what it covers, over seconds, while what it has covered stays as it is.
/// A person who comes nearer grows too, but moves all over; a box that is set down has its size at once; a shadow lets the
/// floor's texture through and goes with what casts it.
public struct SpillSettings: SingleRuleParameters {
    public static let kind = IncidentKind.spill
    public static let sentence = "Something spreads over the floor, keeps what it covered, and stays."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = true
    @Parameter(
        "min_area", fraction: 0.0001...1, squareMetres: 0.001...1000, pixels: 1...10_000_000, fires: .atLeast,
        "Smallest floor covered.")
    public var minArea = AreaThreshold(squareMetres: 0.1, fraction: 0.004, leastPixels: 200)
    @Parameter(
        "max_area_fraction", .partOfPicture, 0.001...1, fires: .atMost,
        "What covers more of the picture than this is light or the camera.")
    public var maxAreaFraction = 0.4
    @Parameter(
        "max_height_to_width", .ratio, 0.1...10, fires: .atMost,
        "A liquid lies flat: its height in the picture over its width."
    )
    public var maxHeightToWidth = 1.3
    @Parameter(
        "min_grown", fraction: 0...1, squareMetres: 0...1000, pixels: 0...10_000_000, fires: .atLeast,
        "By how much it must have grown.")
    public var minGrown = AreaThreshold(squareMetres: nil, fraction: 0.003)
    @Parameter("min_growth_seconds", .seconds, 0...60, fires: .atLeast, "Shortest time over which it must have grown.")
    public var minGrowthSeconds = 1.0
    @Parameter(
        "min_growth_ratio", .ratio, 1.01...100, fires: .atLeast,
        "Smallest ratio of its area now to that at the beginning of the growth.")
    public var minGrowthRatio = 1.25
    @Parameter(
        "min_containment", .ratio, 0...1, fires: .atLeast,
        "A liquid stays where it was: smallest mean part of its area that it still covers one frame later.")
    public var minContainment = 0.976
    @Parameter(
        "max_moving_fraction", .ratio, 0...1, fires: .atMost,
        "Its surface hardly moves: largest mean part of its pixels that change from frame to frame.")
    public var maxMovingFraction = 0.35
    @Parameter(
        "shadow_texture_similarity", .ratio, 0...1,
        "From this likeness to the floor's own texture on it may be a shadow or a light, and must stay for a while.")
    public var shadowTextureSimilarity = 0.6
    @Parameter(
        "min_luma_change", .ratio, 0...1, fires: .atLeast,
        "Below this difference of its brightness to the floor's, and as smooth as the floor, it may be a light too.")
    public var minLumaChange = 0.1
    @Parameter(
        "max_texture_ratio", .ratio, 1...100, fires: .atMost,
        "A liquid is smooth: largest ratio of its own texture to the floor's.")
    public var maxTextureRatio = 4.5
    @Parameter(
        "shadow_stay_seconds", .seconds, 0...600,
        "How long something through which the floor shows must stay after it stopped growing.")
    public var shadowStaySeconds = 3.0
    @Parameter("end_after_seconds", .seconds, 0.5...600, "A spill that has not grown for this long has ended.")
    public var endAfterSeconds = 8.0

    public init() {}
}

extension RuleSettings {
    public var spill: SpillSettings {
        get { self[SpillSettings.self] }
        set { self[SpillSettings.self] = newValue }
    }
}

/// `spill`: something spreads over the floor, keeps what it covered, and stays.
struct SpillRule: Rule {
    private struct Watched: Sendable {
        var history: GrowthHistory
        var firstSeconds: Double
        /// Set once announced.
        var announced: (start: Double, area: Double, seconds: Double)?
    }

    private let settings: SpillSettings
    private var watched: [TrackID: Watched] = [:]

    init(_ settings: SpillSettings, scene: CameraScene) { self.settings = settings }

    static func obstacle(_ settings: SpillSettings, in scene: CameraScene) -> String? {
        scene.hasFloor ? nil : "zones of kind rack or ignore cover the whole picture"
    }

    mutating func forget() { watched.removeAll() }

    /// The tracks that were announced as spills.
    var spreading: Set<TrackID> { Set(watched.filter { $0.value.announced != nil }.keys) }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let ledger = frame.ledger, context = frame.context
        var detections: [Detection] = []
        for id in ledger.seen {
            guard let track = ledger.histories[id], track.origin == .motion, let sample = track.last else { continue }
            var watch =
                watched[id]
                ?? Watched(history: GrowthHistory(birth: track.firstRegion), firstSeconds: track.firstSeconds)
            if watch.history.append(sample), let detection = assess(&watch, id, context) {
                detections.append(detection)
            }
            watched[id] = watch
        }
        watched = watched.filter { ledger.histories[$0.key] != nil }
        return detections
    }

    private func assess(_ watch: inout Watched, _ id: TrackID, _ context: RuleContext) -> Detection? {
        guard let now = watch.history.entries.last else { return nil }
        if let announced = watch.announced {
            // Reported again when it has grown by a tenth.
            guard now.area >= announced.area * 1.1 else { return nil }
            watch.announced = (announced.start, now.area, now.seconds)
            return detection(watch, id, context, start: announced.start, end: now.seconds, growth: nil)
        }
        let perSquareMetre = context.floorPixelsPerSquareMetre(at: now.centroid)
        guard now.area >= context.pixels(settings.minArea, perSquareMetre: perSquareMetre),
            isOnFloor(now.region, now.centroid, context),
            now.area <= settings.maxAreaFraction * Double(context.frameSize.area),
            let growth = Growth(in: watch.history.entries, frameSize: context.frameSize, settings: settings),
            growth.area - growth.startArea >= context.pixels(settings.minGrown, perSquareMetre: perSquareMetre)
        else { return nil }
        // A liquid is smooth, and what it mirrors is soft.
        guard growth.textureRatio <= settings.maxTextureRatio else { return nil }
        if growth.couldBeLight(settings),
            now.seconds - growth.lastGrowthSeconds < settings.shadowStaySeconds
        {
            return nil
        }
        let start = max(watch.firstSeconds, growth.startSeconds - 2)
        watch.announced = (start, now.area, now.seconds)
        return detection(watch, id, context, start: start, end: growth.lastGrowthSeconds, growth: growth)
    }

    /// Pixels by which it grew in each of the last three seconds.
    private static func rate(_ entries: [GrowthHistory.Entry]) -> Double {
        guard let now = entries.last, let then = entries.first(where: { now.seconds - $0.seconds <= 3 }),
            now.seconds - then.seconds > 0.3
        else { return 0 }
        return max(0, now.area - then.area) / (now.seconds - then.seconds)
    }

    private func isOnFloor(_ region: Region, _ centroid: Point, _ context: RuleContext) -> Bool {
        // Where nobody has drawn it: a floor is seen at a slant and ends below the picture's upper edge.
        if !context.scene.isDrawnFloor(centroid, in: context.frameSize), context.touchesTop(region) { return false }
        return context.scene.isFloor(centroid, in: context.frameSize)
            && context.scene.isFloor(context.foot(region), in: context.frameSize)
    }

    private func detection(
        _ watch: Watched, _ id: TrackID, _ context: RuleContext, start: Double, end: Double, growth: Growth?
    ) -> Detection? {
        guard let now = watch.history.entries.last else { return nil }
        var facts = IncidentFacts()
        facts.areaFraction = now.area / Double(max(1, context.frameSize.area))
        let rate = Self.rate(watch.history.entries)
        facts.growthFractionPerSecond = rate / Double(max(1, context.frameSize.area))
        let perSquareMetre = context.floorPixelsPerSquareMetre(at: now.centroid)
        if let perSquareMetre {
            facts.areaSquareMetres = now.area / perSquareMetre
            facts.growthSquareMetresPerSecond = rate / perSquareMetre
        }
        let zone = context.scene.zone(at: now.centroid, in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        var evidence: [Evidence] = []
        if let growth {
            evidence = [
                context.evidence(settings.$minArea, pixels: now.area, perSquareMetre: perSquareMetre),
                context.evidence(
                    settings.$minGrown, pixels: growth.area - growth.startArea, perSquareMetre: perSquareMetre),
                settings.$minGrowthSeconds.evidence(growth.seconds), settings.$minGrowthRatio.evidence(growth.ratio),
                settings.$minContainment.evidence(growth.containment),
                settings.$maxMovingFraction.evidence(growth.movingFraction),
            ]
        }
        return Detection(
            kind: .spill, startSeconds: start, endSeconds: end, region: now.region.clamped(to: context.frameSize),
            severity: facts.zoneKind == .walkway || now.area >= 0.03 * Double(context.frameSize.area) ? .high : .medium,
            facts: facts, evidence: evidence, tracks: [id])
    }

    /// How large and how grown each track is, and how much like a liquid.
    func scores(_ frame: RuleInput) -> [RuleScore] {
        let context = frame.context
        guard context.height > 0 else { return [] }
        return frame.ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = frame.ledger.histories[id], let last = history.last else { return [] }
            let smallest = history.samples.map(\.area).min() ?? last.area
            let perSquareMetre = context.floorPixelsPerSquareMetre(at: last.centroid)
            var measured = [
                context.evidence(settings.$minArea, pixels: last.area, perSquareMetre: perSquareMetre),
                context.evidence(settings.$minGrown, pixels: last.area - smallest, perSquareMetre: perSquareMetre),
                settings.$minGrowthRatio.evidence(smallest > 0 ? last.area / smallest : 1),
                settings.$maxAreaFraction.evidence(last.area / Double(max(1, context.frameSize.area))),
                settings.$maxHeightToWidth.evidence(Double(last.region.height) / Double(max(1, last.region.width))),
            ]
            if let cues = last.cues {
                measured += [
                    settings.$maxMovingFraction.evidence(cues.movingFraction),
                    settings.$minContainment.evidence(cues.containment),
                    settings.$minLumaChange.evidence(abs(cues.lumaRatio - 1)),
                    settings.$maxTextureRatio.evidence(cues.textureRatio),
                ]
            }
            return measured.map { RuleScore($0, Settings.kind, track: id) }
        }
    }
}
