import Domain

/// `marked_object_moved`: something happened to an object that a person marked.
public struct MarkedObjectSettings: SingleRuleParameters {
    public static let kind = IncidentKind.markedObjectMoved
    public static let sentence = "Something that a person marked moved, left its zone, fell, or can no longer be seen."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = true
    /// Masks breathe.
    @Parameter(
        "min_move", sizes: 0.1...20, metres: 0.01...100, pixels: 1...10_000, fires: .atLeast,
        "How far it must be from where it stood.")
    public var minMove = MoveThreshold(sizes: 0.5)
    @Parameter(
        "confirm_seconds", .seconds, 0...60, fires: .atLeast, "How long it must be elsewhere, or outside its zone.")
    public var confirmSeconds = 0.6
    @Parameter(
        "lost_seconds", .seconds, 0.5...3600, fires: .atLeast,
        "How long it must not be seen; twice as long while something moves in front of it.")
    public var lostSeconds = 4.0
    @Parameter(
        "settle_seconds", .seconds, 1...3600, "After it has stood this long in a new place, that is its place.")
    public var settleSeconds = 10.0

    public init() {}
}

extension RuleSettings {
    public var markedObject: MarkedObjectSettings {
        get { self[MarkedObjectSettings.self] }
        set { self[MarkedObjectSettings.self] = newValue }
    }
}

/// A marked object with the track that shows it at present.
public struct MarkedObject: Hashable, Sendable {
    public var object: FollowedObject
    public var track: TrackID

    public init(object: FollowedObject, track: TrackID) {
        self.object = object
        self.track = track
    }
}

/// `marked_object_moved`: something that a person marked moves, leaves its zone, falls, or can no longer be seen.
struct MarkedObjectRule: Rule {
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

    init(_ settings: MarkedObjectSettings, scene: CameraScene) { self.settings = settings }

    /// Nothing can be judged now; what is marked stays marked.
    mutating func forget() {
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
        forget()
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

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        guard !watches.isEmpty else { return [] }
        let observation = frame.observation, ledger = frame.ledger, context = frame.context
        let falls = frame.earlier.filter { $0.kind == .fallingObject || $0.kind == .toppledStack }
        var detections: [Detection] = []
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
                    detections.append(detection(watch, found, track.sample, context))
                }
            }
            watches[id] = watch
        }
        return detections
    }

    private func seen(
        _ watch: inout Watch, _ sample: TrackSample, _ ledger: TrackLedger, _ falls: [Detection], _ context: RuleContext
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
        _ watch: Watch, _ sample: TrackSample, _ ledger: TrackLedger, _ falls: [Detection], _ context: RuleContext
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
    func scores(_ frame: RuleInput) -> [RuleScore] {
        let ledger = frame.ledger, context = frame.context
        return watches.keys.sorted().flatMap { id -> [RuleScore] in
            guard let watch = watches[id], let home = watch.home else { return [] }
            var measured = ledger.histories[id]?.last.map { [moved(home, $0, context)] } ?? []
            measured += [
                settings.$confirmSeconds.evidence(watch.awaySince.map { context.seconds - $0 } ?? 0),
                settings.$lostSeconds.evidence(watch.lostSince.map { context.seconds - $0 } ?? 0),
            ]
            return measured.map { RuleScore($0, Settings.kind, track: id) }
        }
    }

    /// How far it must move, in pixels.
    private func minMove(_ home: Home, _ context: RuleContext) -> Double {
        if let pixels = settings.minMove.pixels { return pixels }
        if let metres = settings.minMove.metres, let scale = context.scale(at: context.foot(home.region)) {
            return metres / scale * context.height
        }
        return settings.minMove.sizes * home.area.squareRoot()
    }

    /// How far it is from its place, beside the threshold that counts.
    private func moved(_ home: Home?, _ sample: TrackSample, _ context: RuleContext) -> Evidence {
        let distance = home.map { sample.centroid.distance(to: $0.place) } ?? 0
        if let limit = settings.minMove.pixels { return settings.$minMove.evidence(distance, limit, .whenGiven) }
        if let limit = settings.minMove.metres, let home, let scale = context.scale(at: context.foot(home.region)) {
            return settings.$minMove.evidence(distance / context.height * scale, limit, .withScale)
        }
        return settings.$minMove.evidence(
            distance / max(1, (home?.area ?? 1).squareRoot()), settings.minMove.sizes, .withoutScale)
    }

    private func detection(
        _ watch: Watch, _ found: (condition: FollowedObject.Condition, since: Double), _ sample: TrackSample,
        _ context: RuleContext
    ) -> Detection {
        var facts = IncidentFacts()
        facts.objectID = watch.marked.object.id
        facts.objectName = watch.marked.object.name
        facts.condition = found.condition
        facts.zoneName = watch.home?.zone?.name
        facts.zoneKind = watch.home?.zone?.kind
        let home = watch.home
        let evidence =
            found.condition == .disappears
            ? settings.$lostSeconds.evidence(context.seconds - found.since)
            : moved(home, sample, context)
        let region = found.condition == .disappears ? home?.region ?? sample.region : sample.region
        return Detection(
            kind: .markedObjectMoved, startSeconds: found.since, endSeconds: context.seconds,
            region: (home.map { region.union($0.region) } ?? region).clamped(to: context.frameSize), severity: .high,
            facts: facts, evidence: [evidence], tracks: [watch.marked.track])
    }
}
