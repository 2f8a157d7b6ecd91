import Domain

/// `falling_object`: something comes down as in free fall.
///
/// The reasoning: in free fall the picture shows `g · cos(pitch) / pictureHeightMetres` picture heights per second squared.
/// Most warehouse cameras see between 2 m and 8 m of height at the distance that matters, pitched down by up to 45°, so a
/// fall accelerates by 1 to 5 picture heights/s². A person walks with at most some 0.3 picture heights/s and without
/// acceleration; hands that set a box down by a metre within a second reach half of these thresholds. Without a scale, a
/// fall in a picture 12 m high looks like a box set down in one 3 m high: cameras with a wider view need their scale.
public struct FallingObjectSettings: SingleRuleParameters {
    public static let kind = IncidentKind.fallingObject
    public static let sentence = "Something comes down as in free fall, all of it, and then lies still."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = true
    @Parameter(
        "min_drop", pictureHeights: 0.005...1, metres: 0.05...50, pixels: 1...10_000, fires: .atLeast,
        "Smallest drop of its middle.")
    public var minDrop = LengthThreshold(metres: 0.4, pictureHeights: 0.07)
    /// In metres: g less friction at the edge it slides off, the tilt of the camera, and the error of a fit to few samples.
    @Parameter(
        "min_acceleration", pictureHeights: 0.01...50, metres: 0.1...9.81, pixels: 1...100_000, per: .secondSquared,
        fires: .atLeast, "Smallest downward acceleration.")
    public var minAcceleration = LengthThreshold(metres: 3, pictureHeights: 0.8)
    /// Free fall of 0.2 m reaches 2 m/s.
    @Parameter(
        "min_peak_speed", pictureHeights: 0.01...20, metres: 0.1...50, pixels: 1...100_000, per: .second,
        fires: .atLeast,
        "Smallest speed at the lower end.")
    public var minPeakSpeed = LengthThreshold(metres: 1.8, pictureHeights: 0.4)
    /// 1.3 s are 8.3 m.
    @Parameter("max_fall_seconds", .seconds, 0.1...5, fires: .atMost, "Longest free fall.")
    public var maxFallSeconds = 1.3
    @Parameter(
        "max_settle_seconds", .seconds, 0...30, fires: .atMost,
        "Longest time between the impact and rest: bouncing, tumbling, rolling.")
    public var maxSettleSeconds = 3.0
    @Parameter("rest_seconds", .seconds, 0...30, fires: .atLeast, "How long it must lie still before it is announced.")
    public var restSeconds = 0.6

    @Parameter("flight", "Whether a small thing that is only seen in free fall counts, wherever it comes to lie.")
    public var flight = true

    public init() {}
}

extension RuleSettings {
    public var fallingObject: FallingObjectSettings {
        get { self[FallingObjectSettings.self] }
        set { self[FallingObjectSettings.self] = newValue }
    }
}

/// `falling_object`: something comes down as in free fall, all of it, and then lies lower than before (or has left the
/// picture at its lower edge). Judged once it lies still; the descent itself is looked for in the track's past.
struct FallingObjectRule: Rule {
    static let isReportedFirst = true

    /// The thresholds at one place of the picture, in picture heights.
    private struct Limits: Sendable {
        /// Metres per picture height; nil where the camera has no scale.
        let scale: Double?
        let drop: Double
        let acceleration: Double
        let peakSpeed: Double
        /// Nothing falls faster than by its weight. The fit to few samples of a blurred blob overshoots by up to a half; a
        /// view without scale is at least 1.3 m high.
        let maxAcceleration: Double

        init(_ settings: FallingObjectSettings, at foot: Point, _ context: RuleContext) {
            let scale = context.scale(at: foot)
            self.scale = scale
            drop = context.pictureHeights(settings.minDrop, scale: scale)
            acceleration = context.pictureHeights(settings.minAcceleration, scale: scale)
            peakSpeed = context.pictureHeights(settings.minPeakSpeed, scale: scale)
            maxAcceleration = scale.map { 15 / $0 } ?? 9
        }
    }

    private let settings: FallingObjectSettings
    /// When each track's last fall came to rest, so that it is announced once.
    private var announced: [TrackID: Double] = [:]
    /// Parts of blobs that were judged: they stop once.
    private var judgedParts: Set<Int> = []

    init(_ settings: FallingObjectSettings, scene: CameraScene) { self.settings = settings }

    mutating func forget() {
        announced.removeAll()
        judgedParts.removeAll()
    }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let ledger = frame.ledger, context = frame.context
        // What was a liquid before it spread is no object at rest.
        let spreading = frame.spreading
        var detections: [Detection] = []
        for id in ledger.seen where !spreading.contains(id) {
            guard let history = ledger.histories[id], history.samples.count >= 4,
                let rest = Rest(of: history.samples, height: context.height, seconds: settings.restSeconds),
                rest.startSeconds > announced[id] ?? -.infinity
            else { continue }
            // Until it moves again this rest need not be judged again, unless it was too short to know.
            if let last = history.last, last.seconds - rest.startSeconds > settings.restSeconds + 1 { continue }
            guard let detection = fall(of: history, until: rest, ledger, context) else { continue }
            announced[id] = rest.startSeconds
            detections.append(detection)
        }
        for id in ledger.justLost {
            guard let history = ledger.histories[id], let detection = exit(of: history, ledger, context) else {
                continue
            }
            announced[id] = detection.endSeconds
            detections.append(detection)
        }
        for id in ledger.seen where !spreading.contains(id) { detections += partFalls(id, ledger, context) }
        announced = announced.filter { ledger.histories[$0.key] != nil }
        if settings.flight {
            detections += (frame.observation.flights ?? []).compactMap { flightDetection($0, context) }
        }
        return detections
    }

    /// Something small that was followed in free fall: the parabola proves it, whatever becomes of it below.
    private func flightDetection(_ flight: Flight, _ context: RuleContext) -> Detection? {
        guard let first = flight.moments.first, let last = flight.moments.last, flight.moments.count >= 2,
            !context.scene.isIgnored(first.centroid, in: context.frameSize),
            !context.scene.isIgnored(last.centroid, in: context.frameSize)
        else { return nil }
        let drop = last.centroid.y - first.centroid.y
        // The acceleration is that of gravity: it gives the scale at the place of the fall.
        let pixelsPerMetre = flight.acceleration / 9.81
        let metres = drop / pixelsPerMetre
        let before = flight.moments[flight.moments.count - 2]
        let peakSpeed =
            (last.centroid.y - before.centroid.y) / max(1e-3, last.seconds - before.seconds) / pixelsPerMetre
        let leastDrop = settings.minDrop.metres ?? 0, leastSpeed = settings.minPeakSpeed.metres ?? 0
        guard metres >= leastDrop, peakSpeed >= leastSpeed else { return nil }
        var facts = IncidentFacts()
        facts.dropPixels = drop
        facts.dropMetres = metres
        let zone = context.scene.zone(at: last.centroid, in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        var detection = Detection(
            kind: .fallingObject, startSeconds: first.seconds, endSeconds: last.seconds,
            region: flight.moments.reduce(first.region) { $0.union($1.region) }.clamped(to: context.frameSize),
            severity: severity(facts), facts: facts,
            evidence: [
                settings.$minDrop.evidence(metres, leastDrop, .withScale),
                settings.$minPeakSpeed.evidence(peakSpeed, leastSpeed, .withScale),
            ], tracks: [])
        detection.isProven = true
        return detection
    }

    /// Something that falls while its blob, a cart with a person and boxes, hangs together and mostly stands. Only what is
    /// clearly a fall counts: arms and bent backs come down too.
    private mutating func partFalls(_ id: TrackID, _ ledger: TrackLedger, _ context: RuleContext) -> [Detection] {
        // In a small blob a part is a few pixels, and a person's arm as large as a box.
        guard let history = ledger.histories[id], let last = history.last, let parts = last.cues?.parts,
            last.area >= 0.02 * Double(context.frameSize.area)
        else { return [] }
        var detections: [Detection] = []
        for part in parts where !part.moves && !judgedParts.contains(part.number) {
            guard let path = PartPath(part, of: history, ledger, minCovered: 0.35),
                path.restSeconds >= settings.restSeconds - 1e-6
            else { continue }
            judgedParts.insert(part.number)
            let limits = Limits(settings, at: context.foot(path.region), context)
            guard
                let descent = Descent(
                    in: path.samples[...], height: context.height, maxSeconds: settings.maxFallSeconds),
                // What moves is seen at its old and its new place at once, which halves its speed;
                // over an edge it tips before it falls.
                descent.drop >= limits.drop, descent.peakSpeed >= 0.4 * limits.peakSpeed,
                descent.acceleration >= 0.4 * limits.acceleration,
                descent.acceleration <= limits.maxAcceleration, descent.topDrop >= 0.5 * descent.drop,
                descent.bottomDrop >= 0.5 * descent.drop, descent.residual <= 0.12, descent.largestStep <= 0.75,
                descent.areaRatio <= 4, descent.sideways <= descent.drop,
                isSeenWhole(path.samples[descent.first...descent.last], context),
                // It lies low, not in somebody's hands, and the rest stood still meanwhile.
                path.region.center.y >= last.region.center.y,
                Double(path.region.area) <= 0.5 * Double(last.region.area),
                meanMovement(history, from: path.samples[descent.first].seconds, to: path.restStart) <= 0.3,
                // Goods stand perfectly still; people, whose arms and backs come down too, hardly ever do.
                meanMovement(history, from: path.restStart + 0.2, to: last.seconds) <= 0.03,
                otherParts(than: part.number, in: history, since: path.samples[descent.first].seconds) <= 5,
                path.restStart > announced[id] ?? -.infinity
            else { continue }
            announced[id] = path.restStart
            let fallen = TrackHistory(id: id, samples: path.samples)
            detections.append(
                detection(
                    fallen, descent, limits, endSeconds: path.restStart, foot: context.foot(path.region), ledger,
                    context, until: path.samples.count - 1))
        }
        if judgedParts.count > 512 { judgedParts.removeAll() }
        return detections
    }

    /// Other parts of the blob that have moved since. Where it flickers all over, as the coding of a person who stands nearly
    /// still does, specks can be strung together to any path.
    private func otherParts(than number: Int, in history: TrackHistory, since: Double) -> Int {
        var numbers: Set<Int> = []
        for sample in history.samples where sample.seconds >= since {
            for part in sample.cues?.parts ?? [] where part.moves && part.number != number {
                numbers.insert(part.number)
            }
        }
        return numbers.count
    }

    private func meanMovement(_ history: TrackHistory, from: Double, to: Double) -> Double {
        let fractions = history.samples.filter { $0.seconds >= from && $0.seconds <= to }
            .compactMap { $0.cues?.movingFraction }
        return fractions.isEmpty ? 1 : fractions.reduce(0, +) / Double(fractions.count)
    }

    private func fall(
        of history: TrackHistory, until rest: Rest, _ ledger: TrackLedger, _ context: RuleContext
    ) -> Detection? {
        let samples = history.samples
        let earliest = rest.startSeconds - settings.maxSettleSeconds - settings.maxFallSeconds
        let begin = samples.firstIndex { $0.seconds >= earliest } ?? 0
        let foot = context.foot(rest.region)
        let limits = Limits(settings, at: foot, context)
        guard rest.first > begin,
            let descent = Descent(
                in: samples[begin...rest.first], height: context.height, maxSeconds: settings.maxFallSeconds),
            isFall(descent, limits, history, ledger, context)
        else { return nil }
        // A bounce or a roll may lift it a little, but it stays where it fell to.
        let kept = rest.centroid.y / context.height - samples[descent.first].centroid.y / context.height
        guard kept >= 0.6 * descent.drop else { return nil }
        // What lies is about as large as what fell, even in pieces.
        let falling = samples[descent.first...descent.last].map(\.area).sorted()
        guard let lies = samples.last?.area, lies >= 0.2 * falling[falling.count / 2] else { return nil }
        // What spreads where it lies may be a container that tipped over: that is a fall only when it came down by more
        // than its own size.
        if rest.isSpreading {
            let size = samples[descent.first].region
            guard descent.drop * context.height > 1.3 * Double(max(size.width, size.height)) else { return nil }
        }
        return detection(
            history, descent, limits, endSeconds: rest.startSeconds, foot: foot, ledger, context,
            until: samples.count - 1)
    }

    /// A fall that ends below the picture: nothing can be seen to rest, so the fall itself must be clearer.
    private func exit(of history: TrackHistory, _ ledger: TrackLedger, _ context: RuleContext) -> Detection? {
        let samples = history.samples
        guard samples.count >= 5, let last = samples.last, context.touchesBottom(last.region) else { return nil }
        let begin = samples.firstIndex { $0.seconds >= last.seconds - settings.maxFallSeconds - 0.2 } ?? 0
        let foot = context.foot(last.region)
        let limits = Limits(settings, at: foot, context)
        guard
            let descent = Descent(in: samples[begin...], height: context.height, maxSeconds: settings.maxFallSeconds),
            isFall(descent, limits, history, ledger, context), descent.last >= samples.count - 3,
            descent.last - descent.first >= 4, descent.drop >= 2 * limits.drop,
            descent.fittedAcceleration >= limits.acceleration, descent.areaRatio <= 2.5
        else { return nil }
        return detection(
            history, descent, limits, endSeconds: last.seconds, foot: foot, ledger, context, until: samples.count - 1)
    }

    private func isFall(
        _ descent: Descent, _ limits: Limits, _ history: TrackHistory, _ ledger: TrackLedger, _ context: RuleContext
    ) -> Bool {
        guard descent.drop >= limits.drop, descent.peakSpeed >= limits.peakSpeed,
            descent.acceleration >= limits.acceleration, descent.acceleration <= limits.maxAcceleration,
            isSeenWhole(history.samples[descent.first...descent.last], context)
        else { return false }
        // All of it comes down: a person who bends or sits keeps the lower edge, one who is partly covered jumps.
        guard descent.topDrop >= 0.4 * descent.drop, descent.bottomDrop >= 0.4 * descent.drop else { return false }
        // One smooth motion: where blobs merge or split the centroid jumps in a single step.
        guard descent.residual <= 0.12, descent.largestStep <= 0.75, descent.areaRatio <= 5 else { return false }
        // Knocked off at 2 m/s it flies 1.1 m aside while it falls 1 m, or 1.3 times as far as half a metre down.
        guard descent.sideways <= 1.3 * descent.drop else { return false }
        return cameFromRest(descent, limits, history, ledger, context)
    }

    /// Whether the falling thing is more than a few pixels, whose mean is noise, and not cut off by the picture's side all the
    /// time: of a person at the edge now the head is seen, now the legs.
    private func isSeenWhole(_ samples: ArraySlice<TrackSample>, _ context: RuleContext) -> Bool {
        let sides = samples.map { min($0.region.width, $0.region.height) }.sorted()
        guard Double(sides[sides.count / 2]) >= max(6, 0.012 * context.height) else { return false }
        return !samples.allSatisfy { context.touchesSide($0.region) }
    }

    /// Whether it stood or hung still before it came down (or came into the picture from above). What walks, rolls or is
    /// carried was on its way before.
    private func cameFromRest(
        _ descent: Descent, _ limits: Limits, _ history: TrackHistory, _ ledger: TrackLedger, _ context: RuleContext
    ) -> Bool {
        let samples = history.samples
        let start = samples[descent.first]
        let before = samples[..<descent.first].filter { start.seconds - $0.seconds <= 0.4 }
        if let earlier = before.first, start.seconds - earlier.seconds >= 0.15 {
            let moved = start.centroid.distance(to: earlier.centroid) / context.height
            // At rest, or creeping to the edge.
            return moved <= 0.25 * descent.drop || moved / (start.seconds - earlier.seconds) <= 0.2 * descent.peakSpeed
        }
        if context.touchesTop(start.region) { return true }
        // It is new: either it came out of something that appeared here just before, the place it left, or its speed must
        // rise as in a fall.
        return origin(of: history, at: descent.first, ledger) != nil
            || descent.fittedAcceleration >= limits.acceleration
    }

    /// What it left behind, or the blob it came out of: began where it began, shortly before or after.
    private func origin(of history: TrackHistory, at index: Int, _ ledger: TrackLedger) -> TrackHistory? {
        let sample = history.samples[index]
        return ledger.histories.values.filter { other in
            let lead = sample.seconds - other.firstSeconds
            return other.id != history.id && lead >= -1 && lead <= 1.5
                && !other.firstRegion.intersection(sample.region).isEmpty
                && other.firstRegion.area <= 3 * sample.region.area
        }.min { $0.id < $1.id }
    }

    /// What a fall would be made of, were each track to come to rest now.
    func scores(_ frame: RuleInput) -> [RuleScore] {
        let context = frame.context
        guard context.height > 0 else { return [] }
        return frame.ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = frame.ledger.histories[id], let last = history.last,
                let descent = Descent(
                    in: history.samples[...], height: context.height, maxSeconds: settings.maxFallSeconds)
            else { return [] }
            let scale = context.scale(at: context.foot(last.region))
            return measured(descent, scale: scale, context).map { RuleScore($0, Settings.kind, track: id) }
        }
    }

    // MARK: What is reported of a fall

    private func detection(
        _ history: TrackHistory, _ descent: Descent, _ limits: Limits, endSeconds: Double, foot: Point,
        _ ledger: TrackLedger, _ context: RuleContext, until last: Int
    ) -> Detection {
        let samples = history.samples
        let first = firstMovement(history, descent, context)
        var start = samples[first].seconds
        var region = samples[first...last].reduce(samples[first].region) { $0.union($1.region) }
        var tracks = [history.id]
        if let left = origin(of: history, at: first, ledger) {
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
        return Detection(
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
        var list = measured(descent, scale: limits.scale, context)
        if let last = samples.last, last.seconds > endSeconds {
            list.append(settings.$restSeconds.evidence(last.seconds - endSeconds))
        }
        return list
    }

    /// A descent beside the thresholds that count here.
    private func measured(_ descent: Descent, scale: Double?, _ context: RuleContext) -> [Evidence] {
        [
            context.evidence(settings.$minDrop, pictureHeights: descent.drop, scale: scale),
            context.evidence(settings.$minAcceleration, pictureHeights: descent.acceleration, scale: scale),
            context.evidence(settings.$minPeakSpeed, pictureHeights: descent.peakSpeed, scale: scale),
        ]
    }
}
