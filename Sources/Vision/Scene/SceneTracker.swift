import Domain
import Media

/// How a scene is followed.
public struct SceneSettings: Hashable, Sendable {
    /// Whether an observation waits for the network's masks.
    public enum NetworkPace: Hashable, Sendable {
        /// Each analysed frame waits for its own masks: the same frames give the same observations. For files.
        case inStep
        /// Masks are attached as soon as they are there, some frames late; motion never waits. For live cameras.
        case whenReady
    }

    public var motion = MotionSettings()
    public var tracker = TrackerSettings()
    public var proposals = ProposalSettings()
    /// Frames a second that the network looks at.
    public var analysisFPS = 5.0
    /// Objects the network follows at once; those that a person prompted count first.
    public var maxSessions = 4
    public var networkPace = NetworkPace.inStep

    public init() {}
}

/// Why something can't be followed.
public enum SceneError: Error, Equatable, CustomStringConvertible {
    /// Following what a person prompted takes a network, and none is loaded.
    case noNetwork
    case tooManyPrompts(limit: Int)

    public var description: String {
        switch self {
        case .noNetwork:
            "no network is loaded, so a prompted object can't be followed; check the models folder"
        case .tooManyPrompts(let limit):
            "\(limit) prompted objects are followed already, as many as allowed; end one first"
        }
    }
}

/// Follows everything that one camera sees: motion at the frame rate, masks at the analysis rate, and what a person
/// prompted. Give it each frame once, in order. The same frames give the same observations (with
/// `SceneSettings.NetworkPace.inStep`).
public actor SceneTracker {
    public let settings: SceneSettings
    private let detector: MotionDetector
    private let view = ViewGauge()
    private var tracker: BlobTracker?
    private var flights: FlightDetector?
    private let pool: SessionPool?
    private let analysisShare: @Sendable () -> Double
    private var nextAnalysisSeconds: Double?
    private var epoch: Int?
    /// The last frame as a whole.
    private var picture: PictureStatistics?
    private var prompted: [TrackID: TrackSample] = [:]
    private var running: Task<Void, Never>?
    private var arrived: SessionPool.Outcome?
    /// Prompted tracks that were reported.
    private var reported: Set<TrackID> = []
    private let ids = TrackNumbers()

    /// - Parameters:
    ///   - family: nil follows by motion alone.
    ///   - analysisShare: asked before each look of the network for the part of `analysisFPS` that holds now, above 0 to 1.
    public init(
        settings: SceneSettings = SceneSettings(), family: (any SegmentationFamily)? = nil,
        analysisShare: @escaping @Sendable () -> Double = { 1 }
    ) {
        self.settings = settings
        self.analysisShare = analysisShare
        detector = MotionDetector(settings: settings.motion)
        pool = family.map { SessionPool(family: $0, maxSessions: settings.maxSessions) }
    }

    /// Errors of the network so far; motion analysis went on.
    public var networkFailures: Int { get async { await pool?.failures ?? 0 } }

    /// What the last of them said.
    public var lastNetworkError: String? { get async { await pool?.lastError } }

    /// Part of the last frame that moved, 0 to 1.
    public var movingFraction: Double { detector.status.movingFraction }

    /// Whether nothing is in front of the scene, and nothing is waited for or followed.
    public var isAtRest: Bool {
        guard let core = detector.core, let tracker, let picture else { return false }
        return detector.status.isWarm && core.kept.isEmpty && tracker.tracks.isEmpty && tracker.ended.isEmpty
            && prompted.isEmpty && running == nil && picture.isUsual
    }

    /// Whether a frame that was decoded alone shows the scene as it is known, with nothing in front; it is not taken as one
    /// of the series.
    public func isUnchanged(_ frame: VideoFrame) async -> Bool {
        epoch == frame.time.epoch && prompted.isEmpty && detector.isUnchanged(frame)
    }

    /// Looks at the camera's next frame.
    /// - Throws: `CancellationError` only.
    public func observe(_ frame: VideoFrame) async throws -> SceneObservation {
        try Task.checkCancellation()
        // Times of different epochs can't be compared; the background is learned anew.
        if let epoch, epoch != frame.time.epoch {
            detector.restart()
            view.newEpoch()
        }
        epoch = frame.time.epoch
        if frame.continuity == .alone, let core = detector.core {
            // It was found to show nothing.
            detector.follow(frame)
            tracker?.pause()
            return observation(frame, [], core)
        }
        detector.analyse(frame)
        guard let core = detector.core else { return observation(frame, [], nil) }
        let seconds = frame.time.seconds
        let tracker = currentTracker(core)
        let status = detector.status
        if status.restarted {
            tracker.reset()
            nextAnalysisSeconds = nil
            await pool?.reset()
        }
        if status.isWarm { tracker.update(core, seconds: seconds) } else if !status.restarted { tracker.pause() }
        let outcome = try await network(frame, core, tracker)
        var observed = motionTracks(tracker, core, outcome, seconds: seconds)
        observed += promptTracks(outcome, seconds: seconds)
        observed.sort { $0.id < $1.id }
        tracker.markReported()
        return observation(frame, observed, core, currentFlights(core, seconds: seconds))
    }

    /// Follows what a person prompts in `frame`.
    /// - Returns: the new track's id and the candidates, best first; the first is followed.
    /// - Throws: `SceneError`, or what the session throws (a click outside the frame, for instance).
    public func addPrompt(_ prompt: Prompt, frame: VideoFrame) async throws -> (
        id: TrackID, candidates: [MaskCandidate]
    ) {
        guard let pool else { throw SceneError.noNetwork }
        let id = ids.next()
        let candidates = try await pool.begin(id, prompt: prompt, frame: frame)
        if let best = candidates.first, let sample = Self.sample(best.mask, best.predictedIoU, frame.time.seconds) {
            prompted[id] = sample
        }
        return (id, candidates)
    }

    /// Stops following a prompted track.
    public func removePrompt(_ id: TrackID) async {
        prompted[id] = nil
        reported.remove(id)
        await pool?.end(id)
    }

    // MARK: Parts

    private func currentTracker(_ core: MotionCore) -> BlobTracker {
        if let tracker, tracker.width == core.width, tracker.height == core.height { return tracker }
        flights = nil
        let fresh = BlobTracker(
            width: core.width, height: core.height, settings: settings.tracker, motion: settings.motion, ids: ids)
        tracker?.reset()
        fresh.inheritEnded(tracker?.ended ?? [])
        tracker = fresh
        return fresh
    }

    /// The free falls that have just ended, in pixels of the frame.
    private func currentFlights(_ core: MotionCore, seconds: Double) -> [Flight] {
        guard detector.status.globalChange == nil else {
            flights?.reset()
            return []
        }
        let detector = flights ?? FlightDetector(width: core.width, height: core.height)
        flights = detector
        return detector.update(core.smoothed, seconds: seconds)
            .map { $0.scaled(by: core.reduced.factor) }
    }

    private func observation(
        _ frame: VideoFrame, _ tracks: [TrackObservation], _ core: MotionCore?, _ flights: [Flight] = []
    ) -> SceneObservation {
        picture = core.map {
            view.look($0.reduced.raw.pixels, width: $0.width, height: $0.height, seconds: frame.time.seconds)
        }
        return SceneObservation(
            time: frame.time, date: frame.date, frameSize: frame.size, tracks: tracks,
            globalChange: detector.status.globalChange, isWarm: detector.status.isWarm, picture: picture,
            flights: flights.isEmpty ? nil : flights)
    }

    /// Shows the frame to the network when it is due.
    private func network(
        _ frame: VideoFrame, _ core: MotionCore, _ tracker: BlobTracker
    ) async throws -> SessionPool.Outcome? {
        guard let pool else { return nil }
        let seconds = frame.time.seconds
        let isDue = seconds >= nextAnalysisSeconds ?? seconds && detector.status.globalChange == nil
        let ready = arrived
        arrived = nil
        guard isDue, running == nil else { return ready }
        let period = 1 / max(0.1, settings.analysisFPS * analysisShare())
        // Keeps the rate on average when frames don't fall on the analysis times.
        nextAnalysisSeconds = max(seconds, (nextAnalysisSeconds ?? seconds) + period - 0.001)
        let proposals = Proposer.proposals(
            tracks: tracker.tracks, labels: tracker.labels, frameSize: frame.size, factor: core.reduced.factor,
            seconds: seconds, settings: settings.proposals)
        let alive = Set(tracker.tracks.compactMap(\.id))
        guard !alive.isEmpty || !prompted.isEmpty else { return ready }
        let quiet = Set(
            tracker.tracks.filter { track in track.restingSince.map { seconds - $0 > 2 } ?? false }.compactMap(\.id))
        let change = core.changeMap()
        switch settings.networkPace {
        case .inStep:
            return await pool.analyse(frame, change: change, proposals: proposals, alive: alive, quiet: quiet)
        case .whenReady:
            running = Task {
                let outcome = await pool.analyse(
                    frame, change: change, proposals: proposals, alive: alive, quiet: quiet)
                self.arrived = outcome
                self.running = nil
            }
            return ready
        }
    }

    private func motionTracks(
        _ tracker: BlobTracker, _ core: MotionCore, _ outcome: SessionPool.Outcome?, seconds: Double
    ) -> [TrackObservation] {
        var observed: [TrackObservation] = []
        for track in tracker.tracks {
            guard let id = track.id else { continue }
            var sample = track.sample(factor: core.reduced.factor, frameSize: core.reduced.frameSize, seconds: seconds)
            if let sight = outcome?.sights[id] {
                sample.mask = sight.mask
                sample.quality = sight.quality
            }
            let phase: TrackObservation.Phase = track.isSeen ? (track.wasReported ? .continued : .appeared) : .lost
            guard track.isSeen || track.wasReported else { continue }
            observed.append(TrackObservation(id: id, origin: .motion, phase: phase, sample: sample))
        }
        for track in tracker.ended {
            guard let id = track.id else { continue }
            let sample = track.sample(factor: core.reduced.factor, frameSize: core.reduced.frameSize, seconds: seconds)
            observed.append(TrackObservation(id: id, origin: .motion, phase: .ended, sample: sample))
        }
        return observed
    }

    private func promptTracks(_ outcome: SessionPool.Outcome?, seconds: Double) -> [TrackObservation] {
        guard let outcome else { return [] }
        var observed: [TrackObservation] = []
        for id in prompted.keys.sorted() {
            guard let last = prompted[id] else { continue }
            if let sight = outcome.sights[id], let sample = Self.sample(sight.mask, sight.quality, outcome.seconds) {
                let phase: TrackObservation.Phase = reported.insert(id).inserted ? .appeared : .continued
                prompted[id] = sample
                observed.append(TrackObservation(id: id, origin: .prompt, phase: phase, sample: sample))
            } else if outcome.lost.contains(id) {
                observed.append(TrackObservation(id: id, origin: .prompt, phase: .lost, sample: last))
            }
        }
        return observed
    }

    private static func sample(_ mask: Mask, _ quality: Double, _ seconds: Double) -> TrackSample? {
        guard let centroid = mask.centroid else { return nil }
        return TrackSample(
            seconds: seconds, region: mask.boundingRegion, centroid: centroid, area: Double(mask.area), mask: mask,
            quality: quality)
    }
}

extension PictureStatistics {
    /// Whether the picture is known, alive and as it mostly is: nothing that would tell of a camera that was covered, turned,
    /// blurred or has stopped.
    var isUsual: Bool {
        isKnown && similarity > 0.8 && contrastRatio > 0.7 && sharpnessRatio > 0.7 && frozenSeconds < 1
    }
}

extension BlobTrack {
    /// The track in pixels of the frame. One that is not seen keeps its last moment.
    func sample(factor: Int, frameSize: FrameSize, seconds: Double) -> TrackSample {
        let scale = Double(factor)
        let region = Region(
            x: box.left * factor, y: box.top * factor, width: box.width * factor, height: box.height * factor)
        var cues = cues
        cues.movingCentroid = cues.movingCentroid.map { Point(x: $0.x * scale, y: $0.y * scale) }
        cues.parts = parts.isEmpty ? nil : parts.map { $0.movingPart(factor: factor, frameSize: frameSize) }
        return TrackSample(
            seconds: isSeen ? seconds : min(seconds, max(bornSeconds, lastSeenSeconds)),
            region: region.clamped(to: frameSize), centroid: Point(x: centroid.x * scale, y: centroid.y * scale),
            area: area * scale * scale, cues: cues)
    }
}

/// Hands out track ids in order; shared by all that begin tracks of one camera.
final class TrackNumbers {
    private var last = 0

    func next() -> TrackID {
        last += 1
        return TrackID(rawValue: last)
    }
}

extension Flight {
    /// In pixels of the frame instead of the grid's.
    func scaled(by factor: Int) -> Flight {
        let scale = Double(factor)
        return Flight(
            moments: moments.map { moment in
                let region = moment.region
                return Moment(
                    seconds: moment.seconds,
                    region: Region(
                        x: region.x * factor, y: region.y * factor, width: region.width * factor,
                        height: region.height * factor),
                    centroid: Point(x: moment.centroid.x * scale, y: moment.centroid.y * scale))
            }, acceleration: acceleration * scale, residualPixels: residualPixels * scale)
    }
}
