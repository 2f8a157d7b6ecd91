import Domain
import Foundation
import Incidents
import Media
import Synchronization
import Vision

/// One camera or file from frames to incidents: the one path that live operation, `watch`, evaluation and tests share.
public final class CameraPipeline: Sendable {
    private struct State {
        var log: TrackLog
        var statistics = PipelineStatistics()
        /// The one to begin with, later one that takes over.
        var engine: IncidentEngine?
        /// Set when it changed and the engine doesn't know yet.
        var marked: [MarkedObject]?
        /// Answers that the engine doesn't know yet.
        var answers: [(suspicion: Suspicion, answer: RetraceProver.Answer)] = []
    }

    private let feed: any FrameFeed
    private let observer: any SceneObserver
    private let clock: any WallClock
    private let suppressions: (@Sendable () -> [Suppression])?
    private let explains: @Sendable () -> Bool
    private let onDamaged: @Sendable (VideoFrame) -> Void
    private let onScaleProblem: @Sendable (ScaleProblem) -> Void
    private let proving: Proving?
    private let onProof: @Sendable (Suspicion, Proof) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - engine: begins with the first frame of the run; a pipeline runs once.
    ///   - suppressions: asked before each frame for what people have said is no incident.
    ///   - explains: asked before each frame whether its output is to hold what the rules measured.
    ///   - onDamaged: shown each frame that is damaged, and therefore not judged.
    ///   - onScaleProblem: given once why the camera's calibration gives no scale for its frames.
    ///   - proving: how what motion suspects is proven; nil lets motion decide.
    ///   - onProof: shown each suspicion with what was found.
    ///   - historySeconds: how far back ``tracks(from:to:)`` reaches: the longest clip with its pre-roll.
    ///   - maxHistorySamples: bounds the same in number.
    public init(
        feed: any FrameFeed, observer: any SceneObserver, engine: IncidentEngine, clock: any WallClock = SystemClock(),
        suppressions: (@Sendable () -> [Suppression])? = nil, explains: @escaping @Sendable () -> Bool = { false },
        onDamaged: @escaping @Sendable (VideoFrame) -> Void = { _ in },
        onScaleProblem: @escaping @Sendable (ScaleProblem) -> Void = { _ in },
        proving: Proving? = nil, onProof: @escaping @Sendable (Suspicion, Proof) -> Void = { _, _ in },
        historySeconds: Double = 330,
        maxHistorySamples: Int = 30_000
    ) {
        self.suppressions = suppressions
        self.explains = explains
        self.onDamaged = onDamaged
        self.onScaleProblem = onScaleProblem
        self.proving = proving
        self.onProof = onProof
        self.feed = feed
        self.observer = observer
        self.clock = clock
        state = Mutex(State(log: TrackLog(seconds: historySeconds, maxSamples: maxHistorySamples), engine: engine))
    }

    /// Follows the feed to its end, and gives each analysed frame to `handler`. A frame that is damaged or can't be analysed
    /// is counted and passed over: what it shows was not there. When the feed ends, fails or the task is cancelled, what was
    /// still open is ended, and the last frame is handed over once more with those events.
    /// - Throws: what the feed or `handler` throws.
    public func run(
        isolation: isolated (any Actor)? = #isolation, _ handler: (PipelineOutput) async throws -> Void
    ) async throws {
        guard var engine = state.withLock({ $0.engine.take() }) else { return }
        var last: (observation: SceneObservation, frame: VideoFrame)?
        var failure: (any Error)?
        var scaleProblem: ScaleProblem?
        do {
            while let frame = try await feed.next() {
                // What can't be said to be quiet is looked at closely.
                var verdict = SceneVerdict.busy
                defer { feed.note(verdict, of: frame) }
                guard !frame.isDamaged else {
                    state.withLock { $0.statistics.damagedFrames += 1 }
                    onDamaged(frame)
                    continue
                }
                if frame.continuity == .alone {
                    // It comes again, with what was before it.
                    guard await observer.isUnchanged(frame) else { continue }
                    verdict = .quiet
                }
                guard let observation = await observe(frame) else { continue }
                last = (observation, frame)
                var events: [IncidentEvent] = []
                if let next = state.withLock({ $0.engine.take() }) {
                    events = engine.finish()
                    engine = next
                }
                if let suppressions { engine.suppressions = suppressions() }
                if let marked = state.withLock({ $0.marked.take() }) { engine.follow(marked) }
                proving?.prover.history.note(frame)
                engine.needsProof = proving != nil
                events += engine.step(observation)
                noteDecision(frame)
                var pictures: [IncidentID: VideoFrame] = [:]
                events += await prove(&engine, observation, &pictures)
                if engine.scaleProblem != scaleProblem {
                    scaleProblem = engine.scaleProblem
                    scaleProblem.map(onScaleProblem)
                }
                var output = PipelineOutput(observation: observation, events: events, frame: frame)
                output.pictures = pictures
                if explains() { output.scores = engine.scores(observation) }
                try await handler(output)
                // A feed that decodes all frames in any case needs no word, nor the way to the observer for it.
                guard frame.continuity != .alone, feed.pace != .full(.configured), engine.isAtRest else { continue }
                if await observer.isAtRest { verdict = .quiet }
            }
        } catch {
            failure = error
        }
        feed.stop()
        let events = engine.finish()
        if !events.isEmpty, let last {
            do {
                try await handler(PipelineOutput(observation: last.observation, events: events, frame: last.frame))
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// Asks for the proof of what is suspected, and gives the engine what was found.
    private func prove(
        _ engine: inout IncidentEngine, _ observation: SceneObservation, _ pictures: inout [IncidentID: VideoFrame],
        isolation: isolated (any Actor)? = #isolation
    ) async -> [IncidentEvent] {
        guard let proving else { return [] }
        var ready: [(suspicion: Suspicion, answer: RetraceProver.Answer)] = []
        for suspicion in engine.takeSuspicions() {
            switch proving.pace {
            case .inStep:
                let answer = await proving.prover.prove(suspicion)
                onProof(suspicion, answer.proof)
                ready.append((suspicion, answer))
            case .whenReady:
                Task {
                    let answer = await proving.prover.prove(suspicion)
                    onProof(suspicion, answer.proof)
                    state.withLock { $0.answers.append((suspicion, answer)) }
                }
            }
        }
        ready += state.withLock { state in
            defer { state.answers.removeAll() }
            return state.answers
        }
        var events: [IncidentEvent] = []
        for (suspicion, answer) in ready {
            let settled = engine.settle(suspicion.id, answer.proof, observation)
            events += settled.events
            guard settled.isProven, case .path(let path) = answer.proof else { continue }
            // It plays over the clip like any other track.
            state.withLock { $0.log.append(path, of: suspicion, epoch: observation.time.epoch) }
            for case .new(let incident) in settled.events { pictures[incident.id] = answer.draw() }
        }
        return events
    }

    /// The tracks seen between two moments, both included, as far back as the history reaches.
    public func tracks(from: MediaTime, to: MediaTime) -> [Track] {
        state.withLock { $0.log.tracks(from: from, to: to) }
    }

    /// Other rules, zones or scales: they judge from the next frame on. What was going on under the old ones ends there.
    public func replace(_ engine: IncidentEngine) { state.withLock { $0.engine = engine } }

    /// What people marked before this camera, with the tracks that show it; replaces what was given before and holds from
    /// the next frame on.
    public func follow(_ marked: [MarkedObject]) { state.withLock { $0.marked = marked } }

    /// How the stream is decoded now.
    public var pace: AnalysisPace { feed.pace }

    /// What decodes it; nil before the first packet.
    public var decodingMethod: DecodingMethod? { feed.method }

    public var statistics: PipelineStatistics {
        var statistics = state.withLock { $0.statistics }
        statistics.skippedFrames = feed.skippedFrames
        statistics.damagedFrames = max(statistics.damagedFrames, feed.damagedFrames)
        return statistics
    }

    private func noteDecision(_ frame: VideoFrame) {
        let milliseconds = clock.now().timeIntervalSince(frame.date) * 1000, now = clock.monotonicSeconds()
        state.withLock { $0.statistics.decisions.note(milliseconds: milliseconds, now: now) }
    }

    private func observe(_ frame: VideoFrame, isolation: isolated (any Actor)? = #isolation) async -> SceneObservation?
    {
        let began = clock.monotonicSeconds()
        do {
            let observation = try await observer.observe(frame)
            let milliseconds = (clock.monotonicSeconds() - began) * 1000
            state.withLock { state in
                state.log.append(observation)
                state.statistics.analysedFrames += 1
                state.statistics.totalMilliseconds += milliseconds
                state.statistics.longestMilliseconds = max(state.statistics.longestMilliseconds, milliseconds)
                state.statistics.lastSeconds = observation.time.seconds
            }
            return observation
        } catch {
            state.withLock { state in
                state.statistics.failedFrames += 1
                state.statistics.lastFailure = "\(error)"
            }
            return nil
        }
    }
}

/// How what motion suspects is proven.
public struct Proving: Sendable {
    public var prover: RetraceProver
    /// Whether the next frame waits for the proof, so that the same frames give the same incidents, or goes on.
    public var pace: SceneSettings.NetworkPace

    public init(prover: RetraceProver, pace: SceneSettings.NetworkPace) {
        self.prover = prover
        self.pace = pace
    }
}

/// One analysed frame: what was seen and what happened.
public struct PipelineOutput: Sendable {
    public var observation: SceneObservation
    /// In order; mostly none.
    public var events: [IncidentEvent]
    public var frame: VideoFrame
    /// Of incidents that begin here and whose way was followed back: the way in one picture.
    public var pictures: [IncidentID: VideoFrame] = [:]
    /// What the rules measured; empty unless asked for.
    public var scores: [RuleScore] = []

    public init(observation: SceneObservation, events: [IncidentEvent], frame: VideoFrame) {
        self.observation = observation
        self.events = events
        self.frame = frame
    }
}

/// What a pipeline has done so far.
public struct PipelineStatistics: Hashable, Sendable {
    /// Frames that the tracker and the rules have seen.
    public var analysedFrames = 0
    /// Frames that were never looked at because newer ones came.
    public var skippedFrames = 0
    /// Frames that arrived damaged, or not at all, or were predicted from such ones; they are not judged.
    public var damagedFrames = 0
    /// Frames whose analysis failed; they are passed over.
    public var failedFrames = 0
    /// What went wrong last; nil when nothing did.
    public var lastFailure: String?
    /// Wall time spent on analysis.
    public var totalMilliseconds = 0.0
    public var longestMilliseconds = 0.0
    /// From a frame's arrival to what the rules say of it.
    public var decisions = DecisionTimes()
    /// Media time of the last frame analysed; nil before the first.
    public var lastSeconds: Double?

    public init() {}

    public var meanMilliseconds: Double {
        analysedFrames > 0 ? totalMilliseconds / Double(analysedFrames) : 0
    }
}

/// Sees what is in a frame. Frames of one camera come in order, one at a time.
public protocol SceneObserver: AnyObject, Sendable {
    func observe(_ frame: VideoFrame) async throws -> SceneObservation
    /// Whether the frame shows what is known of the scene and nothing in front. It is none of the series yet.
    func isUnchanged(_ frame: VideoFrame) async -> Bool
    /// Whether the last frame showed nothing of interest, and nothing is waited for.
    var isAtRest: Bool { get async }
}

extension SceneObserver {
    /// One that can't tell sees every frame.
    public func isUnchanged(_ frame: VideoFrame) async -> Bool { false }
    public var isAtRest: Bool { get async { false } }
}

extension SceneTracker: SceneObserver {}
