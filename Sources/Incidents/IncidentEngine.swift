import Domain
import Foundation

/// Judges one camera's observations, frame by frame, by the rules, and reports the life of each incident.
///
/// Pure: the same observations give the same events. Holds a few seconds of track history, bounded.
public struct IncidentEngine: Sendable {
    /// A rule with what its registration says of it.
    private struct Judge: Sendable {
        var rule: any Rule
        let judgesAlways: Bool
        let isReportedFirst: Bool
    }

    public let settings: RuleSettings
    public let scene: CameraScene

    /// How long a picture that looks tampered with keeps the rules about tracks silent, at most: about as long as what changed
    /// with it takes to become background.
    private static let doubtSeconds = 60.0

    private var ledger = TrackLedger()
    private var judges: [Judge]
    private var combinations: Combinations
    /// When the scene was known first.
    private var knownSince: Double?
    private var book: IncidentBook
    /// The camera as calibrated, for the size of the last frame.
    private var floor: (camera: FloorCamera?, size: FrameSize)?
    /// Why the calibration gives no scale for frames of the last one's size, so that lengths count as parts of the picture;
    /// nil while it does, and without one.
    public private(set) var scaleProblem: ScaleProblem?
    /// What people said is no incident.
    public var suppressions: [Suppression] = []
    /// How many detections were dropped because of a suppression.
    public private(set) var suppressedDetections = 0
    /// Whether what motion detects of falls and the like waits for a proof, which the caller gets by ``takeSuspicions()`` and
    /// gives by ``settle(_:_:_:)``.
    public var needsProof = false
    private var suspicions = Suspicions()
    private let proofJudge: ProofJudge
    /// Why suspicions were no incidents, and how often.
    public private(set) var refutations: [String: Int] = [:]
    private var last: MediaTime?
    /// The last frame, while something waits for its proof.
    private var lastObservation: SceneObservation?
    private var quietUntil = -Double.infinity

    /// - Parameter makeID: an identifier for an incident confirmed at the time of day given.
    public init(
        settings: RuleSettings = RuleSettings(), scene: CameraScene, registry: RuleRegistry = .standard,
        makeID: @escaping @Sendable (Date) -> IncidentID
    ) {
        self.settings = settings
        self.scene = scene
        judges = registry.entries.flatMap { entry in
            entry.make(settings, scene).map {
                Judge(rule: $0, judgesAlways: entry.judgesAlways, isReportedFirst: entry.isReportedFirst)
            }
        }
        combinations = Combinations(settings.combinations)
        proofJudge = ProofJudge(settings: settings)
        book = IncidentBook(settings: settings, makeID: makeID)
    }

    /// Whether no incident goes on and nothing waits for its proof.
    public var isAtRest: Bool { book.isEmpty && suspicions.isEmpty }

    /// Takes an alarm of before the start into account, so that a restart does not renew the rules' budgets.
    public mutating func recallAlarm(of kind: IncidentKind, ruleName: String?, at date: Date) {
        book.recallAlarm(AlarmBudget.Key(kind: kind, ruleName: ruleName), at: date)
    }

    /// What people marked, with the tracks that show it; replaces what was given before.
    public mutating func follow(_ marked: [MarkedObject]) {
        for index in judges.indices { judges[index].rule.follow(marked) }
    }

    /// Takes the next frame. Frames of an older epoch, and frames that go back in time, are passed over.
    /// - Returns: what happened, in order; mostly nothing.
    public mutating func step(_ observation: SceneObservation) -> [IncidentEvent] {
        var events: [IncidentEvent] = []
        if let last {
            guard observation.time > last else { return [] }
            if observation.time.epoch != last.epoch {
                events += announceWaiting() + book.endAll()
                restart()
            }
        }
        last = observation.time
        defer { lastObservation = suspicions.isEmpty ? nil : observation }
        let now = observation.time.seconds
        calibrate(for: observation.frameSize)
        let tampering = admitted(assess(input(observation), always: true), observation)
        if knownSince == nil, observation.isWarm { knownSince = now }
        guard observation.isWarm, observation.globalChange == nil else {
            // Single tracks mean nothing now, nor does what they did before.
            forget()
            if observation.globalChange != nil {
                knownSince = nil
                quietUntil = now + settings.scene.settleSeconds
            }
            return events + announce(tampering, observation)
        }
        // What a blurred, covered or turned picture seems to show is not judged, until it is the camera's new picture.
        if let since = judges.lazy.compactMap({ $0.rule.doubtfulSince }).first, now - since < Self.doubtSeconds {
            forget()
            return events + announce(tampering, observation)
        }
        guard now >= quietUntil, observation.frameSize.width > 0, observation.frameSize.height > 0 else {
            return events + announce(tampering, observation)
        }
        ledger.update(observation, scene: scene)
        var detections = admitted(assess(input(observation), always: false), observation)
        if needsProof {
            detections = suspicions.hold(detections, observation, ledger) {
                $0.kind.isProvable && !$0.isPartOnly && !$0.isProven
            }
            detections += suspicions.overdue(at: now)
        } else {
            detections.removeAll { $0.isOnlySuspected }
        }
        return events + announce(tampering + detections, observation)
    }

    /// What has been suspected since the last call, and waits for its proof.
    public mutating func takeSuspicions() -> [Suspicion] { suspicions.takeFresh() }

    /// What becomes of a suspicion.
    public struct Settled: Sendable {
        /// In order: nothing, or an incident. An incident that goes on already may take it in without a word.
        public var events: [IncidentEvent]
        /// Whether the way of a thing has proven it.
        public var isProven: Bool
    }

    /// Takes the proof of a suspicion. One that comes too late changes nothing.
    /// - Parameter observation: The frame that was judged last.
    public mutating func settle(_ id: Suspicion.ID, _ proof: Proof, _ observation: SceneObservation) -> Settled {
        var refutation: ProofJudge.Refutation?
        let proofJudge = proofJudge, context = context(observation)
        var pathTrack: TrackID?
        var detection = suspicions.settle(id) { suspicion, detection in
            switch proof {
            case .path(let path):
                refutation = proofJudge.refutation(of: suspicion, detection, path, context)
                pathTrack = suspicion.pathTrack
            case .body(let body): refutation = proofJudge.refutation(of: suspicion, body)
            case .none: return !detection.isOnlySuspected
            }
            return refutation == nil
        }
        if let pathTrack { detection?.tracks.append(pathTrack) }
        // What moved before somebody lay down is not where somebody lies.
        if case .body(let body) = proof, let region = body.lastRegion {
            detection?.region = region.clamped(to: observation.frameSize)
        }
        if let refutation { refutations[refutation.rawValue, default: 0] += 1 }
        return Settled(
            events: detection.map { announce([$0], observation) } ?? [], isProven: detection != nil && pathTrack != nil)
    }

    /// What the rules measure now, whether they fire or not: for explanations. Call it after ``step(_:)`` with the same
    /// observation.
    public func scores(_ observation: SceneObservation) -> [RuleScore] {
        let frame = input(observation)
        return judges.flatMap { $0.rule.scores(frame) }
    }

    /// Ends what is still open: the video is over.
    public mutating func finish() -> [IncidentEvent] {
        forget()
        return announceWaiting() + book.endAll()
    }

    /// - Parameter always: whether those judge that judge also while single tracks mean nothing, or the others.
    private mutating func assess(_ input: RuleInput, always: Bool) -> [Detection] {
        var input = input
        var first: [Detection] = [], then: [Detection] = []
        for index in judges.indices where judges[index].judgesAlways == always {
            let found = judges[index].rule.assess(input)
            input.spreading.formUnion(judges[index].rule.spreading)
            guard !found.isEmpty else { continue }
            input.earlier += found
            if judges[index].isReportedFirst { first += found } else { then += found }
        }
        return first + then
    }

    private func input(_ observation: SceneObservation) -> RuleInput {
        RuleInput(
            observation: observation, ledger: ledger, context: context(observation),
            sceneKnownSince: knownSince ?? observation.time.seconds)
    }

    private func context(_ observation: SceneObservation) -> RuleContext {
        RuleContext(
            seconds: observation.time.seconds, frameSize: observation.frameSize, scene: scene, floor: floor?.camera,
            date: observation.date)
    }

    /// The detections that count: their rule is on at this time, and nobody has said that there is nothing.
    private mutating func admitted(_ detections: [Detection], _ observation: SceneObservation) -> [Detection] {
        var kept: [Detection] = []
        for var detection in detections {
            let policy = settings.policy(of: detection.kind, name: detection.ruleName)
            if let schedule = policy.schedule, !schedule.contains(observation.date) { continue }
            let isSuppressed = suppressions.contains {
                $0.camera == scene.camera
                    && $0.covers(
                        kind: detection.kind, ruleName: detection.ruleName, place: detection.region,
                        in: observation.frameSize, at: observation.date)
            }
            if isSuppressed {
                suppressedDetections += 1
                continue
            }
            detection.severity = policy.severity ?? detection.severity
            kept.append(detection)
        }
        return kept
    }

    private mutating func announce(_ detections: [Detection], _ observation: SceneObservation) -> [IncidentEvent] {
        let combined = admitted(combinations.assess(detections, ledger, context(observation)), observation)
        let reported = detections.filter { !$0.isPartOnly } + combined
        return book.absorb(reported, observation, camera: scene.camera) + book.advance(to: observation)
    }

    /// What still waits for its proof is announced on motion's word: the frames are over.
    private mutating func announceWaiting() -> [IncidentEvent] {
        guard let lastObservation else { return [] }
        self.lastObservation = nil
        return announce(suspicions.takeAll(), lastObservation)
    }

    private mutating func forget() {
        ledger.removeAll()
        for index in judges.indices { judges[index].rule.forget() }
    }

    private mutating func restart() {
        ledger.removeAll()
        for index in judges.indices { judges[index].rule.restart() }
        combinations.restart()
        knownSince = nil
        quietUntil = -.infinity
    }

    private mutating func calibrate(for size: FrameSize) {
        guard floor?.size != size else { return }
        do {
            floor = (try scene.floorCamera(for: size), size)
            scaleProblem = nil
        } catch {
            floor = (nil, size)
            scaleProblem = ScaleProblem(frameSize: size, reason: "\(error)")
        }
    }
}

extension IncidentKind {
    /// Whether the way of a thing, or of a body, can prove it.
    var isProvable: Bool {
        switch self {
        case .fallingObject, .toppledStack, .spill, .personDown: true
        case .objectLeft, .objectRemoved, .markedObjectMoved, .zoneEntry, .lineCrossing, .dwell, .nearMiss,
            .cameraTampered, .combination, .manual:
            false
        }
    }
}

/// A calibration that gives no scale for frames of one size, although it may for others.
public struct ScaleProblem: Hashable, Sendable, CustomStringConvertible {
    public let frameSize: FrameSize
    /// What is wrong, in words.
    public let reason: String

    public var description: String {
        "the calibration gives no scale for frames of \(frameSize) (\(reason)); lengths count as parts of the picture"
    }
}
