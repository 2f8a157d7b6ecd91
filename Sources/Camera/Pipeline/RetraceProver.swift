import Domain
public import Incidents
public import Media
import Synchronization
public import Vision

/// Proves what motion suspects, by following the thing back to where it came from.
public final class RetraceProver: Sendable {
    /// How far back before the suspected beginning is looked, in seconds.
    private static let beforeSeconds = 2.5
    /// What a suspicion may cost, in seconds of video; beyond it motion decides alone.
    public static let maxVideoSeconds = 12.0

    public let history: any FrameHistory
    private let retracer: Retracer
    private let turns: ProofTurns

    /// - Parameter turns: shared by all cameras of a daemon.
    public init(_ retracer: Retracer, history: any FrameHistory, turns: ProofTurns = ProofTurns()) {
        self.history = history
        self.retracer = retracer
        self.turns = turns
    }

    /// What came of a question.
    public struct Answer: Sendable {
        public var proof: Proof
        /// Draws the whole way in one picture: of most suspicions nobody wants one. It holds the frames.
        public var draw: @Sendable () -> VideoFrame? = { nil }
    }

    /// Never throws: what can't be asked is no proof.
    public func prove(_ suspicion: Suspicion) async -> Answer {
        let now = suspicion.time
        let back = now.seconds - suspicion.startSeconds + Self.beforeSeconds
        guard back <= Self.maxVideoSeconds else {
            return Answer(proof: .none(reason: "it began too long ago to look back"))
        }
        let asked = ContinuousClock.now
        await turns.take()
        defer { turns.giveBack() }
        // The engine no longer waits for it: others may still be in time.
        guard ContinuousClock.now - asked < .seconds(Suspicion.patienceSeconds) else {
            return Answer(proof: .none(reason: "others were proven meanwhile"))
        }
        do {
            let frames = try await history.frames(from: now.advanced(bySeconds: -back), to: now)
            guard frames.count >= 4 else { return Answer(proof: .none(reason: "the frames before are not kept")) }
            let request = Retracer.Request(
                place: suspicion.restRegion, startSeconds: suspicion.startSeconds,
                hints: suspicion.blobs.map { ($0.seconds, $0.region) })
            if suspicion.kind == .personDown {
                let body = try await retracer.followBody(request, endSeconds: suspicion.endSeconds, frames: frames)
                return Answer(
                    proof: body.map { .body($0) } ?? .none(reason: "there is no network that knows persons"))
            }
            guard let path = try await retracer.retrace(request, frames: frames) else {
                return Answer(proof: .none(reason: "the frames before are not kept"))
            }
            return Answer(proof: .path(path)) {
                // A picture that can't be made is no reason to say nothing.
                try? StroboscopicPicture.make(path, frames: frames, isLiquid: suspicion.kind == .spill)
            }
        } catch {
            return Answer(proof: .none(reason: "\(error)"))
        }
    }
}

/// Lets few suspicions be proven at a time, in the order in which they came: each holds the decoded frames of some seconds,
/// and a flash of lightning is suspected by all cameras at once.
public final class ProofTurns: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    public init(atOnce: Int = 2) { state = Mutex(State(free: max(1, atOnce))) }

    func take() async {
        await withCheckedContinuation { continuation in
            let mayGo = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if mayGo { continuation.resume() }
        }
    }

    func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
