import Domain

/// What came down in place, up to now, over all the tracks that the event made. Lengths are pixels.
struct Collapse: Hashable, Sendable {
    /// The track that stands for it first, then the others in order.
    var tracks: [TrackID]
    var startSeconds: Double
    /// All that it covered.
    var region: Region
    /// Height of what stood.
    var stoodHeight: Double
    /// How far the moving pixels' mean came down, and how fast at most over a quarter of a second.
    var sink: Double
    var speed: Double
    /// Height to width of what lies, divided by that of what stood.
    var aspectKept: Double
    /// Blobs it fell into, as far as is known.
    var parts: Int
    /// Metres per picture height where it stood; nil where the camera has no scale.
    var scale: Double?
    /// What stood, and what lies.
    private let stood: Region
    private let lies: Region

    /// One frame of the event: the mean of all pixels that move, and their number.
    private struct Moment {
        var seconds: Double
        var x: Double
        var y: Double
        var weight: Double
    }

    /// - Returns: nil unless something that stood came down, by the settings.
    init?(
        of history: TrackHistory, until rest: Rest, _ ledger: TrackLedger, _ context: RuleContext,
        settings: ToppledStackSettings
    ) {
        // It began with the track: what stood was background before. A track that was there before did not stand.
        let begin = history.firstSeconds
        guard rest.startSeconds - begin <= settings.maxSeconds, rest.startSeconds - begin >= 0.25,
            let first = history.samples.first, first.seconds - begin < 0.05, Self.startsInPlace(history, context)
        else { return nil }
        let group = Self.group(of: history, until: rest.startSeconds, ledger, context)
        guard Self.placeRemains(history, group) else { return nil }
        // Whatever moves on is alive.
        for other in group {
            guard let last = other.last, let cues = last.cues, other.lostSince == nil else { continue }
            if cues.movingFraction > 0.15, last.area > 0.15 * history.maxArea { return nil }
        }
        self.init(measuring: history, group, until: rest.startSeconds, lies: rest.region, context)
        guard passes(settings, context) else { return nil }
    }

    /// What the tracks that began with `history` did up to now, whether it is a collapse or not.
    /// - Returns: nil when too little moved to know.
    init?(measuring history: TrackHistory, _ ledger: TrackLedger, _ context: RuleContext) {
        guard let last = history.last else { return nil }
        let group = Self.group(of: history, until: context.seconds, ledger, context)
        self.init(measuring: history, group, until: context.seconds, lies: last.region, context)
    }

    private init?(
        measuring history: TrackHistory, _ group: [TrackHistory], until restSeconds: Double, lies resting: Region,
        _ context: RuleContext
    ) {
        let begin = history.firstSeconds
        let moments = Self.moments(group, from: begin - 0.3, to: context.seconds)
        guard moments.count >= 4 else { return nil }
        // Until this track lay, or until all did: some parts part from it, others stay and settle.
        let own = moments.filter { $0.seconds <= restSeconds + 0.01 }
        sink = max(Self.sink(moments), own.count >= 4 ? Self.sink(own) : 0)
        stood = history.firstRegion
        stoodHeight = Double(stood.height)
        speed = Self.fastest(moments)
        lies = group.compactMap { $0.lostSince == nil ? $0.last?.region : nil }.reduce(resting) { $0.union($1) }
        let before = stoodHeight / Double(max(1, stood.width))
        aspectKept = Double(lies.height) / Double(max(1, lies.width)) / before
        startSeconds = begin
        region = group.reduce(lies.union(stood)) { all, other in
            other.samples.filter { $0.seconds >= begin - 0.3 }.reduce(all) { $0.union($1.region) }
        }
        tracks = [history.id] + group.map(\.id).filter { $0 != history.id }.sorted()
        parts = max(1, group.count)
        scale = context.scale(at: context.foot(stood))
    }

    private func passes(_ settings: ToppledStackSettings, _ context: RuleContext) -> Bool {
        guard stoodHeight >= context.pictureHeights(settings.minHeight, scale: scale) * context.height,
            sink >= settings.minSinkFraction * stoodHeight,
            speed >= context.pictureHeights(settings.minSinkSpeed, scale: scale) * context.height
        else { return false }
        // It spread to where it was not: sideways, or down the picture towards the camera; further where the picture's upper edge
        // cuts it off, so that its height is not known.
        let leastAdded = context.touchesTop(stood) ? 1 : 0.3
        let added = lies.area - lies.intersection(stood).area
        guard aspectKept <= settings.maxAspectKept || Double(lies.endY - stood.endY) >= 0.35 * stoodHeight,
            Double(added) >= leastAdded * Double(stood.area)
        else { return false }
        // What the picture's upper edge cuts off was never all seen: an arm, a fork, a crane that reaches in shows more and
        // more of itself. What stands and tips over covers hardly more than twice its height.
        guard !context.touchesTop(stood) || Double(region.height) <= 2 * stoodHeight else { return false }
        // What topples does not rise, but for the corner it tips over and what had not moved yet at first.
        guard context.touchesTop(stood) || !context.touchesTop(region),
            Double(stood.y - region.y) <= 0.5 * stoodHeight
        else { return false }
        // What lies is lower than what stood: its upper edge is the place it left, so its lower edge must not be above.
        return Double(lies.endY) >= Double(stood.endY) - 0.15 * stoodHeight
    }

    /// What was measured beside the thresholds that count here.
    func measured(_ settings: ToppledStackSettings, _ context: RuleContext) -> [Evidence] {
        [
            context.evidence(settings.$minHeight, pictureHeights: stoodHeight / context.height, scale: scale),
            settings.$minSinkFraction.evidence(sink / max(1, stoodHeight)),
            context.evidence(settings.$minSinkSpeed, pictureHeights: speed / context.height, scale: scale),
            settings.$maxAspectKept.evidence(aspectKept),
        ]
    }

    /// Whether the track appeared in the midst of the picture and at first covered what it had covered before.
    private static func startsInPlace(_ history: TrackHistory, _ context: RuleContext) -> Bool {
        guard !context.touchesSide(history.firstRegion), !context.touchesBottom(history.firstRegion) else {
            return false
        }
        let early = history.samples.filter { $0.seconds - history.firstSeconds <= 0.6 }
        let kept = early.compactMap { $0.cues?.containment }.filter { $0 > 0 }
        guard !kept.isEmpty, kept.reduce(0, +) / Double(kept.count) >= 0.85 else { return false }
        return true
    }

    /// Whether the place it stood in still differs now: one of the tracks lies over it.
    private static func placeRemains(_ history: TrackHistory, _ group: [TrackHistory]) -> Bool {
        let place = history.firstRegion
        return group.contains { other in
            guard other.lostSince == nil, let last = other.last else { return false }
            return Double(last.region.intersection(place).area) >= 0.6 * Double(max(1, place.area))
        }
    }

    /// The tracks that began with it, beside it.
    private static func group(
        of history: TrackHistory, until restSeconds: Double, _ ledger: TrackLedger, _ context: RuleContext
    ) -> [TrackHistory] {
        let reach = Int(clamping: 0.04 * context.height)
        var region = history.samples.reduce(history.firstRegion) { $0.union($1.region) }
        var group = [history]
        for other in ledger.histories.values.sorted(by: { $0.id < $1.id })
        where other.id != history.id && other.origin == .motion {
            guard other.firstSeconds >= history.firstSeconds - 0.3, other.firstSeconds <= restSeconds + 0.2,
                !other.firstRegion.expanded(by: reach).intersection(region).isEmpty
            else { continue }
            group.append(other)
            region = other.samples.reduce(region) { $0.union($1.region) }
        }
        return group
    }

    private static func moments(_ group: [TrackHistory], from: Double, to: Double) -> [Moment] {
        var samples: [Moment] = []
        for history in group {
            for sample in history.samples where sample.seconds >= from && sample.seconds <= to {
                guard let cues = sample.cues, let centroid = cues.movingCentroid else { continue }
                let weight = cues.movingFraction * sample.area
                guard weight > 0 else { continue }
                samples.append(Moment(seconds: sample.seconds, x: centroid.x, y: centroid.y, weight: weight))
            }
        }
        samples.sort { ($0.seconds, $0.y, $0.x) < ($1.seconds, $1.y, $1.x) }
        var moments: [Moment] = []
        for sample in samples {
            guard let last = moments.last, sample.seconds - last.seconds < 0.005 else {
                moments.append(sample)
                continue
            }
            let weight = last.weight + sample.weight
            moments[moments.count - 1] = Moment(
                seconds: last.seconds, x: (last.x * last.weight + sample.x * sample.weight) / weight,
                y: (last.y * last.weight + sample.y * sample.weight) / weight, weight: weight)
        }
        // A flicker here and there is no movement.
        let most = moments.map(\.weight).max() ?? 0
        return moments.filter { $0.weight >= 0.08 * most }
    }

    /// From the first tenth of all that moved to the lowest tenth after half of it: means, because single frames are noisy. Not
    /// to the last, since what rolls on after it fell may roll away from the camera, up the picture.
    private static func sink(_ moments: [Moment]) -> Double {
        let total = moments.map(\.weight).reduce(0, +)
        let start = mean(moments[...], total: total)
        var passed = 0.0, lowest = -Double.infinity
        for end in moments.indices {
            passed += moments[end].weight
            guard passed >= 0.5 * total else { continue }
            lowest = max(lowest, mean(moments[...end].reversed(), total: total))
        }
        return lowest - start
    }

    /// Of the first of them that make up a tenth of all that moved.
    private static func mean(_ moments: some Sequence<Moment>, total: Double) -> Double {
        var y = 0.0, weight = 0.0
        for moment in moments {
            y += moment.y * moment.weight
            weight += moment.weight
            if weight >= 0.1 * total { break }
        }
        return y / max(1e-6, weight)
    }

    private static func fastest(_ moments: [Moment]) -> Double {
        var best = 0.0
        for (index, moment) in moments.enumerated() {
            guard let later = moments[index...].first(where: { $0.seconds - moment.seconds >= 0.24 }) else { break }
            best = max(best, (later.y - moment.y) / (later.seconds - moment.seconds))
        }
        return best
    }
}
