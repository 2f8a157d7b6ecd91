import Domain

/// `falling_object`: something comes down as in free fall, all of it, and then lies lower than before (or has left the
/// picture at its lower edge). Judged once it lies still; the descent itself is looked for in the track's past.
struct FallingObjectRule: Sendable {
    let settings: FallingObjectSettings
    /// When each track's last fall came to rest, so that it is announced once.
    private var announced: [TrackID: Double] = [:]
    /// Parts of blobs that were judged: they stop once.
    private var judgedParts: Set<Int> = []

    init(settings: FallingObjectSettings) { self.settings = settings }

    mutating func removeAll() {
        announced.removeAll()
        judgedParts.removeAll()
    }

    /// - Parameter spreading: tracks known as liquids: what they were before they spread is no object at rest.
    mutating func assess(
        _ ledger: TrackLedger, spreading: Set<TrackID>, _ context: RuleContext
    ) -> [RuleSign] {
        guard settings.enabled else { return [] }
        var signs: [RuleSign] = []
        for id in ledger.seen where !spreading.contains(id) {
            guard let history = ledger.histories[id], history.samples.count >= 4,
                let rest = Rest(of: history.samples, height: context.height, seconds: settings.restSeconds),
                rest.startSeconds > announced[id] ?? -.infinity
            else { continue }
            // Until it moves again this rest needs no second look, unless it was too short to know.
            if let last = history.last, last.seconds - rest.startSeconds > settings.restSeconds + 1 { continue }
            guard let sign = fall(of: history, until: rest, ledger, context) else { continue }
            announced[id] = rest.startSeconds
            signs.append(sign)
        }
        for id in ledger.justLost {
            guard let history = ledger.histories[id], let sign = exit(of: history, ledger, context) else { continue }
            announced[id] = sign.endSeconds
            signs.append(sign)
        }
        for id in ledger.seen where !spreading.contains(id) { signs += partFalls(id, ledger, context) }
        announced = announced.filter { ledger.histories[$0.key] != nil }
        return signs
    }

    /// Something that falls while its blob, a cart with a person and boxes, hangs together and mostly stands. Only what is
    /// clearly a fall counts: arms and bent backs come down too.
    private mutating func partFalls(_ id: TrackID, _ ledger: TrackLedger, _ context: RuleContext) -> [RuleSign] {
        // In a small blob a part is a few pixels, and a person's arm as large as a box.
        guard let history = ledger.histories[id], let last = history.last, let parts = last.cues?.parts,
            last.area >= 0.02 * Double(context.frameSize.area)
        else { return [] }
        var signs: [RuleSign] = []
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
            signs.append(
                sign(
                    fallen, descent, limits, endSeconds: path.restStart, foot: context.foot(path.region), ledger,
                    context, until: path.samples.count - 1))
        }
        if judgedParts.count > 512 { judgedParts.removeAll() }
        return signs
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
    ) -> RuleSign? {
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
        return sign(
            history, descent, limits, endSeconds: rest.startSeconds, foot: foot, ledger, context,
            until: samples.count - 1)
    }

    /// A fall that ends below the picture: nothing can be seen to rest, so the fall itself must be clearer.
    private func exit(of history: TrackHistory, _ ledger: TrackLedger, _ context: RuleContext) -> RuleSign? {
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
        return sign(
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
    func origin(of history: TrackHistory, at index: Int, _ ledger: TrackLedger) -> TrackHistory? {
        let sample = history.samples[index]
        return ledger.histories.values.filter { other in
            let lead = sample.seconds - other.firstSeconds
            return other.id != history.id && lead >= -1 && lead <= 1.5
                && !other.firstRegion.intersection(sample.region).isEmpty
                && other.firstRegion.area <= 3 * sample.region.area
        }.min { $0.id < $1.id }
    }
}
