import Domain

/// `marked_object_moved`: something that a person marked moves, leaves its zone, falls, or can no longer be seen.
struct MarkedObjectRule: Sendable {
    private struct Watch: Sendable {
        var marked: MarkedObject
        /// Where it stands; nil before it was seen.
        var home: Home?
        var awaySince: Double?
        var outsideSince: Double?
        var lostSince: Double?
        var isTold = false
    }

    private struct Home: Sendable {
        var place: Point
        var region: Region
        var area: Double
        var zone: Zone?
        /// Since when it has stood about here.
        var since: Double
    }

    private let settings: MarkedObjectSettings
    private var watches: [TrackID: Watch] = [:]

    init(settings: MarkedObjectSettings) { self.settings = settings }

    /// Nothing can be judged now; what is marked stays marked.
    mutating func pause() {
        for id in watches.keys {
            watches[id]?.awaySince = nil
            watches[id]?.outsideSince = nil
            watches[id]?.lostSince = nil
        }
    }

    /// Another connection: the places may be others.
    mutating func restart() {
        for id in watches.keys {
            watches[id]?.home = nil
            watches[id]?.isTold = false
        }
        pause()
    }

    mutating func follow(_ marked: [MarkedObject]) {
        var next: [TrackID: Watch] = [:]
        for one in marked {
            var watch = watches[one.track] ?? Watch(marked: one)
            watch.marked = one
            next[one.track] = watch
        }
        watches = next
    }

    /// - Parameter falls: what fell in this frame by the other rules.
    mutating func assess(
        _ observation: SceneObservation, _ ledger: TrackLedger, falls: [RuleSign], _ context: RuleContext
    ) -> [RuleSign] {
        guard settings.enabled, !watches.isEmpty else { return [] }
        var signs: [RuleSign] = []
        for id in watches.keys.sorted() {
            guard var watch = watches[id] else { continue }
            if let track = observation.tracks.first(where: { $0.id == id }) {
                let found: (condition: FollowedObject.Condition, since: Double)?
                switch track.phase {
                case .appeared, .continued: found = seen(&watch, track.sample, ledger, falls, context)
                case .lost, .ended: found = missing(&watch, observation, context)
                }
                if let found, watch.marked.object.conditions.contains(found.condition), !watch.isTold {
                    watch.isTold = true
                    signs.append(sign(watch, found, track.sample, context))
                }
            }
            watches[id] = watch
        }
        return signs
    }

    private func seen(
        _ watch: inout Watch, _ sample: TrackSample, _ ledger: TrackLedger, _ falls: [RuleSign], _ context: RuleContext
    ) -> (FollowedObject.Condition, Double)? {
        watch.lostSince = nil
        guard let home = watch.home else {
            watch.home = self.home(sample, context)
            return nil
        }
        // A mask that takes in, or loses, half of it says nothing about its place.
        guard sample.area > 0.4 * home.area, sample.area < 2.5 * home.area else { return nil }
        let distance = sample.centroid.distance(to: home.place)
        guard distance > minMove(home, context) else {
            watch.awaySince = nil
            watch.outsideSince = nil
            return nil
        }
        let since = watch.awaySince ?? sample.seconds
        watch.awaySince = since
        if let zone = home.zone, !zone.contains(context.foot(sample.region), in: context.frameSize) {
            watch.outsideSince = watch.outsideSince ?? sample.seconds
        } else {
            watch.outsideSince = nil
        }
        guard sample.seconds - since >= settings.confirmSeconds - 1e-6 else { return nil }
        if settle(&watch, sample, ledger, context) { return nil }
        if hasFallen(watch, sample, ledger, falls, context) { return (.falls, since) }
        if let outside = watch.outsideSince, watch.marked.object.conditions.contains(.leavesZone),
            sample.seconds - outside >= settings.confirmSeconds - 1e-6
        {
            return (.leavesZone, outside)
        }
        return (.moves, since)
    }

    /// What stands in a new place for long has its place there; the next move is another incident.
    private func settle(
        _ watch: inout Watch, _ sample: TrackSample, _ ledger: TrackLedger, _ context: RuleContext
    ) -> Bool {
        guard watch.isTold, let history = ledger.histories[watch.marked.track],
            let rest = Rest(of: history.samples, height: context.height, seconds: min(6, settings.settleSeconds)),
            sample.seconds - (watch.awaySince ?? sample.seconds) >= settings.settleSeconds,
            sample.seconds - rest.startSeconds >= min(6, settings.settleSeconds)
        else { return false }
        watch.home = home(sample, context)
        watch.awaySince = nil
        watch.outsideSince = nil
        watch.isTold = false
        return true
    }

    private func home(_ sample: TrackSample, _ context: RuleContext) -> Home {
        Home(
            place: sample.centroid, region: sample.region, area: sample.area,
            zone: context.scene.zone(at: context.foot(sample.region), in: context.frameSize), since: sample.seconds)
    }

    private func hasFallen(
        _ watch: Watch, _ sample: TrackSample, _ ledger: TrackLedger, _ falls: [RuleSign], _ context: RuleContext
    ) -> Bool {
        guard let home = watch.home else { return false }
        if falls.contains(where: { $0.region.intersection(home.region).area > home.region.area / 2 }) { return true }
        // By its own mask, a few looks a second: down by more than aside, faster than hands set it down.
        guard let history = ledger.histories[watch.marked.track], let away = watch.awaySince else { return false }
        let drop = (sample.centroid.y - home.place.y) / context.height
        let aside = abs(sample.centroid.x - home.place.x) / context.height
        let path = history.samples.filter { $0.seconds >= away - 0.6 && $0.seconds <= away + 1.2 }
        let fastest =
            zip(path, path.dropFirst()).map { ($1.centroid.y - $0.centroid.y) / ($1.seconds - $0.seconds) }
            .max() ?? 0
        return drop > 0.07 && drop > aside && fastest / context.height >= 0.35
    }

    /// Not found in this frame: hidden by someone, or gone.
    private func missing(
        _ watch: inout Watch, _ observation: SceneObservation, _ context: RuleContext
    ) -> (FollowedObject.Condition, Double)? {
        let since = watch.lostSince ?? context.seconds
        watch.lostSince = since
        guard let home = watch.home else { return nil }
        let isHidden = observation.tracks.contains { track in
            track.origin == .motion && (track.phase == .appeared || track.phase == .continued)
                && (track.sample.cues?.movingFraction ?? 0) > 0.1
                && track.sample.region.intersection(home.region).area > home.region.area / 4
        }
        let patience = isHidden ? 2 * settings.lostSeconds : settings.lostSeconds
        return context.seconds - since >= patience - 1e-6 ? (.disappears, since) : nil
    }

    /// How far each has moved, and how long it has been away or out of sight.
    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        guard settings.enabled else { return [] }
        return watches.keys.sorted().flatMap { id -> [RuleScore] in
            guard let watch = watches[id], let home = watch.home else { return [] }
            func seconds(_ parameter: String, since: Double?, _ threshold: Double) -> RuleScore {
                RuleScore(
                    Evidence(
                        parameter: parameter, measured: since.map { context.seconds - $0 } ?? 0, threshold: threshold,
                        unit: "s"), .markedObjectMoved, track: id)
            }
            let sample = ledger.histories[id]?.last
            return (sample.map { [RuleScore(moved(home, $0, context), .markedObjectMoved, track: id)] } ?? []) + [
                seconds("confirmSeconds", since: watch.awaySince, settings.confirmSeconds),
                seconds("lostSeconds", since: watch.lostSince, settings.lostSeconds),
            ]
        }
    }

    /// How far it must move, in pixels.
    private func minMove(_ home: Home, _ context: RuleContext) -> Double {
        if let pixels = settings.minMovePixels { return pixels }
        if let metres = settings.minMoveMetres, let scale = context.scale(at: context.foot(home.region)) {
            return metres / scale * context.height
        }
        return settings.minMoveSizes * home.area.squareRoot()
    }

    /// How far it is from its place, beside the threshold that counts.
    private func moved(_ home: Home?, _ sample: TrackSample, _ context: RuleContext) -> Evidence {
        let distance = home.map { sample.centroid.distance(to: $0.place) } ?? 0
        if let limit = settings.minMovePixels {
            return Evidence(parameter: "minMovePixels", measured: distance, threshold: limit, unit: "px")
        }
        if let limit = settings.minMoveMetres, let home, let scale = context.scale(at: context.foot(home.region)) {
            return Evidence(
                parameter: "minMoveMetres", measured: distance / context.height * scale, threshold: limit, unit: "m")
        }
        return Evidence(
            parameter: "minMoveSizes", measured: distance / max(1, (home?.area ?? 1).squareRoot()),
            threshold: settings.minMoveSizes, unit: "")
    }

    private func sign(
        _ watch: Watch, _ found: (condition: FollowedObject.Condition, since: Double), _ sample: TrackSample,
        _ context: RuleContext
    ) -> RuleSign {
        var facts = IncidentFacts()
        facts.objectID = watch.marked.object.id
        facts.objectName = watch.marked.object.name
        facts.condition = found.condition
        facts.zoneName = watch.home?.zone?.name
        facts.zoneKind = watch.home?.zone?.kind
        let home = watch.home
        let evidence =
            found.condition == .disappears
            ? Evidence(
                parameter: "lostSeconds", measured: context.seconds - found.since, threshold: settings.lostSeconds,
                unit: "s")
            : moved(home, sample, context)
        let region = found.condition == .disappears ? home?.region ?? sample.region : sample.region
        return RuleSign(
            kind: .markedObjectMoved, startSeconds: found.since, endSeconds: context.seconds,
            region: (home.map { region.union($0.region) } ?? region).clamped(to: context.frameSize), severity: .high,
            facts: facts, evidence: [evidence], tracks: [watch.marked.track])
    }
}
