import Domain
import Foundation

/// Judges one camera's observations, frame by frame, by the rules, and tells the life of each incident.
///
/// Pure: the same observations give the same events. Holds a few seconds of track history, bounded.
public struct IncidentEngine: Sendable {
    public let settings: RuleSettings
    public let scene: CameraScene

    /// How long a picture that looks tampered with keeps the rules about tracks silent, at most: about as long as what changed
    /// with it takes to become background.
    private static let doubtSeconds = 60.0

    private var ledger = TrackLedger()
    private var fallingObject: FallingObjectRule
    private var spill: SpillRule
    private var sceneRules: SceneRules
    private var tampered: CameraTamperedRule
    private var toppledStack: ToppledStackRule
    private var objectLeft: ObjectLeftRule
    private var objectRemoved: ObjectRemovedRule
    private var markedObject: MarkedObjectRule
    /// When the scene was known first.
    private var knownSince: Double?
    private var book: IncidentBook
    /// The camera as calibrated, for the size of the last frame.
    private var floor: (camera: FloorCamera?, size: FrameSize)?
    /// What people said is no incident.
    public var suppressions: [Suppression] = []
    /// How many signs were dropped because of a suppression.
    public private(set) var suppressedSigns = 0
    private var last: MediaTime?
    private var quietUntil = -Double.infinity

    /// - Parameter makeID: an identifier for an incident confirmed at the time of day given.
    public init(
        settings: RuleSettings = RuleSettings(), scene: CameraScene,
        makeID: @escaping @Sendable (Date) -> IncidentID
    ) {
        self.settings = settings
        self.scene = scene
        fallingObject = FallingObjectRule(settings: settings.fallingObject)
        spill = SpillRule(settings: settings.spill)
        sceneRules = SceneRules(settings: settings, scene: scene)
        tampered = CameraTamperedRule(settings: settings.cameraTampered)
        toppledStack = ToppledStackRule(settings: settings.toppledStack)
        objectLeft = ObjectLeftRule(settings: settings.objectLeft)
        objectRemoved = ObjectRemovedRule(settings: settings.objectRemoved)
        markedObject = MarkedObjectRule(settings: settings.markedObject)
        book = IncidentBook(settings: settings, makeID: makeID)
    }

    /// Takes an alarm of before the start into account, so that a restart does not renew the rules' budgets.
    public mutating func recallAlarm(of kind: IncidentKind, ruleName: String?, at date: Date) {
        book.recallAlarm(AlarmBudget.Key(kind: kind, ruleName: ruleName), at: date)
    }

    /// What people marked, with the tracks that show it; replaces what was given before.
    public mutating func follow(_ marked: [MarkedObject]) { markedObject.follow(marked) }

    /// Takes the next frame. Frames of an older epoch, and frames that go back in time, are passed over.
    /// - Returns: what happened, in order; mostly nothing.
    public mutating func step(_ observation: SceneObservation) -> [IncidentEvent] {
        var events: [IncidentEvent] = []
        if let last {
            guard observation.time > last else { return [] }
            if observation.time.epoch != last.epoch {
                events += book.endAll()
                forget()
                sceneRules.restart()
                tampered.removeAll()
                markedObject.restart()
                knownSince = nil
                quietUntil = -.infinity
            }
        }
        last = observation.time
        let now = observation.time.seconds
        calibrate(for: observation.frameSize)
        let context = context(observation)
        let tampering = admitted(tampered.assess(observation), observation)
        if knownSince == nil, observation.isWarm { knownSince = now }
        guard observation.isWarm, observation.globalChange == nil else {
            // Single tracks mean nothing now, nor does what they did before.
            forget()
            if observation.globalChange != nil { knownSince = nil }
            if observation.globalChange != nil { quietUntil = now + settings.settleSeconds }
            return events + announce(tampering, observation, context)
        }
        // What a blurred, covered or turned picture seems to show is not judged, until it is the camera's new picture.
        if let since = tampered.doubtfulSince, now - since < Self.doubtSeconds {
            forget()
            return events + announce(tampering, observation, context)
        }
        guard now >= quietUntil, observation.frameSize.width > 0, observation.frameSize.height > 0 else {
            return events + announce(tampering, observation, context)
        }
        ledger.update(observation, scene: scene)
        let spills = spill.assess(ledger, context)
        let topples = toppledStack.assess(ledger, spreading: spill.announced, context)
        let falls = fallingObject.assess(ledger, spreading: spill.announced, context)
        var signs = topples + falls + spills
        signs += objectLeft.assess(ledger, spreading: spill.announced, context)
        signs += objectRemoved.assess(
            ledger, others: signs, spreading: spill.announced, sceneKnownSince: knownSince ?? now, context)
        signs += markedObject.assess(observation, ledger, falls: falls + topples, context)
        let all = signs + sceneRules.assess(ledger, context)
        return events + announce(tampering + admitted(all, observation), observation, context)
    }

    /// What the rules measure now, whether they fire or not: for explanations. Call it after ``step(_:)`` with the same
    /// observation.
    public func scores(_ observation: SceneObservation) -> [RuleScore] {
        let context = context(observation), now = context.seconds
        return ObjectScores.scores(ledger, context, settings) + toppledStack.scores(ledger, context)
            + objectLeft.scores(ledger, context) + objectRemoved.scores(ledger, knownSince ?? now, context)
            + markedObject.scores(ledger, context) + sceneRules.scores(ledger, context)
            + tampered.scores(observation)
    }

    private func context(_ observation: SceneObservation) -> RuleContext {
        RuleContext(
            seconds: observation.time.seconds, frameSize: observation.frameSize, scene: scene, floor: floor?.camera,
            date: observation.date)
    }

    /// The signs that count: their rule is on at this time, and nobody has said that there is nothing.
    private mutating func admitted(_ signs: [RuleSign], _ observation: SceneObservation) -> [RuleSign] {
        var kept: [RuleSign] = []
        for var sign in signs {
            let policy = settings.policy(of: sign.kind, name: sign.ruleName)
            if let schedule = policy.schedule, !schedule.contains(observation.date) { continue }
            let isSuppressed = suppressions.contains {
                $0.camera == scene.camera
                    && $0.covers(
                        kind: sign.kind, ruleName: sign.ruleName, place: sign.region, in: observation.frameSize,
                        at: observation.date)
            }
            if isSuppressed {
                suppressedSigns += 1
                continue
            }
            sign.severity = policy.severity ?? sign.severity
            kept.append(sign)
        }
        return kept
    }

    private mutating func announce(
        _ signs: [RuleSign], _ observation: SceneObservation, _ context: RuleContext
    ) -> [IncidentEvent] {
        let combined = admitted(sceneRules.combine(signs, ledger, context), observation)
        let told = signs.filter { !$0.isPartOnly } + combined
        return book.absorb(told, observation, camera: scene.camera) + book.advance(to: observation)
    }

    /// Ends what is still open: the video is over.
    public mutating func finish() -> [IncidentEvent] {
        forget()
        return book.endAll()
    }

    private mutating func forget() {
        ledger.removeAll()
        fallingObject.removeAll()
        spill.removeAll()
        sceneRules.removeAll()
        toppledStack.removeAll()
        objectLeft.removeAll()
        objectRemoved.removeAll()
        markedObject.pause()
    }

    private mutating func calibrate(for size: FrameSize) {
        guard floor?.size != size else { return }
        floor = (scene.floorCamera(for: size), size)
    }
}
