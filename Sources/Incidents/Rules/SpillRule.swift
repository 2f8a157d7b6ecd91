import Domain

/// `spill`: something spreads over the floor, keeps what it covered, and stays.
struct SpillRule: Sendable {
    private struct Watched: Sendable {
        var history: GrowthHistory
        var firstSeconds: Double
        /// Set once announced.
        var announced: (start: Double, area: Double, seconds: Double)?
    }

    private let settings: SpillSettings
    private var watched: [TrackID: Watched] = [:]

    init(settings: SpillSettings) { self.settings = settings }

    mutating func removeAll() { watched.removeAll() }

    /// The tracks that were announced as spills.
    var announced: Set<TrackID> { Set(watched.filter { $0.value.announced != nil }.keys) }

    mutating func assess(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleSign] {
        guard settings.enabled else { return [] }
        var signs: [RuleSign] = []
        for id in ledger.seen {
            guard let track = ledger.histories[id], track.origin == .motion, let sample = track.last else { continue }
            var watch =
                watched[id]
                ?? Watched(history: GrowthHistory(birth: track.firstRegion), firstSeconds: track.firstSeconds)
            if watch.history.append(sample), let sign = assess(&watch, id, context) { signs.append(sign) }
            watched[id] = watch
        }
        watched = watched.filter { ledger.histories[$0.key] != nil }
        return signs
    }

    private func assess(_ watch: inout Watched, _ id: TrackID, _ context: RuleContext) -> RuleSign? {
        guard let now = watch.history.entries.last else { return nil }
        if let announced = watch.announced {
            // Reported again when it has grown by a tenth.
            guard now.area >= announced.area * 1.1 else { return nil }
            watch.announced = (announced.start, now.area, now.seconds)
            return sign(watch, id, context, start: announced.start, end: now.seconds, growth: nil)
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
        return sign(watch, id, context, start: start, end: growth.lastGrowthSeconds, growth: growth)
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
        if !context.scene.hasFloors, context.touchesTop(region) { return false }
        return context.scene.isFloor(centroid, in: context.frameSize)
            && context.scene.isFloor(context.foot(region), in: context.frameSize)
    }

    private func sign(
        _ watch: Watched, _ id: TrackID, _ context: RuleContext, start: Double, end: Double, growth: Growth?
    ) -> RuleSign? {
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
                context.evidence("minArea", pixels: now.area, settings.minArea, perSquareMetre: perSquareMetre),
                context.evidence(
                    "minGrown", pixels: growth.area - growth.startArea, settings.minGrown,
                    perSquareMetre: perSquareMetre),
                Evidence(
                    parameter: "minGrowthSeconds", measured: growth.seconds, threshold: settings.minGrowthSeconds,
                    unit: "s"),
                Evidence(
                    parameter: "minGrowthRatio", measured: growth.ratio, threshold: settings.minGrowthRatio, unit: ""),
                Evidence(
                    parameter: "minContainment", measured: growth.containment, threshold: settings.minContainment,
                    unit: ""),
                Evidence(
                    parameter: "maxMovingFraction", measured: growth.movingFraction,
                    threshold: settings.maxMovingFraction,
                    unit: ""),
            ]
        }
        return RuleSign(
            kind: .spill, startSeconds: start, endSeconds: end, region: now.region.clamped(to: context.frameSize),
            severity: facts.zoneKind == .walkway || now.area >= 0.03 * Double(context.frameSize.area) ? .high : .medium,
            facts: facts, evidence: evidence, tracks: [id])
    }
}
