import Domain
import Foundation
import Synchronization

/// Decodes a camera's packets as an ``AnalysisPacer`` says: all of them, or a key frame now and then while nothing happens.
/// One owner, one thread.
///
/// Holds the packets from the last key frame on that the analysis has seen, so that nothing is lost when it goes back.
final class PacedDecoder {
    private let decoder: StreamDecoder
    private var pacer: AnalysisPacer
    private let isContinuous: Bool
    /// What may have to be decoded (again); begins with a key frame.
    private var held: [RingItem] = []
    /// How many of them the decoder has been fed, one after the other; nil when it was used for something else since.
    private var fed: Int? = 0
    /// The last frame that was handed on, looks that found something left out.
    private var seen: MediaTime?
    private(set) var pace: AnalysisPace

    init(
        threads: Int, devices: [DecodingDevice] = [], policy: StillnessPolicy = StillnessPolicy(), isContinuous: Bool
    ) {
        decoder = StreamDecoder(threads: threads, devices: devices)
        self.isContinuous = isContinuous
        pacer = AnalysisPacer(policy: policy, isContinuous: isContinuous)
        pace = pacer.pace
        if !isContinuous { held.reserveCapacity(256) }
    }

    var damagedFrames: Int { decoder.damagedFrames }

    /// nil before the first packet.
    var method: DecodingMethod? { decoder.method }

    /// Whether the next packet is the first of another stream.
    func isNew(_ parameters: StreamParameters) -> Bool { decoder.isNew(parameters) }

    /// Takes the next packet.
    /// - Parameters:
    ///   - isWatched: Whether somebody looks at the camera, or it follows something.
    ///   - hand: Takes each frame; `isLate` when it comes later than it could have.
    ///   - look: Shows a frame that was decoded alone, and says what it shows.
    /// - Throws: `MediaError`, and what the closures throw.
    func decode(
        _ item: RingItem, isWatched: Bool, _ hand: (_ frame: VideoFrame, _ isLate: Bool) throws -> Void,
        look: (VideoFrame) throws -> SceneVerdict
    ) throws {
        guard item.packet.isVideo else { return }
        guard !isContinuous else { return try decoder.decode(item) { try hand($0, false) } }
        if decoder.isNew(item.parameters) || held.last.map({ $0.packet.pts.epoch != item.packet.pts.epoch }) ?? false {
            if case .still = pacer.pace { try resume(from: nil, hand) }
            restart()
            pacer.restart()
        }
        let before = pacer.pace
        let step = pacer.take(PacketFacts(item.packet), isWatched: isWatched)
        defer { pace = pacer.pace }
        // While all is decoded, one group of pictures is enough to begin again from.
        if item.packet.isKeyFrame, before != .still { restart() }
        held.append(item)
        switch step {
        case .decode:
            fed = held.count
            try decoder.decode(item) { try take($0, isLate: false, hand) }
        case .hold: return
        case .resume(let key): try resume(from: key, hand)
        case .look(let key): try self.look(at: key, hand, look)
        }
    }

    /// What the analysis says of a frame that it was handed.
    func note(_ verdict: SceneVerdict) {
        pacer.note(verdict)
        pace = pacer.pace
    }

    /// Hands on the frames that were not given yet; the next packet must be a key frame.
    func flush(_ hand: (VideoFrame, Bool) throws -> Void) throws {
        if case .still = pacer.pace { return }
        try decoder.flush { try take($0, isLate: false, hand) }
    }

    /// Packets were left out: the next one must be a key frame.
    func reset() {
        restart()
        pacer.restart()
        decoder.reset()
        pace = pacer.pace
    }

    private func restart() {
        held.removeAll(keepingCapacity: true)
        fed = 0
    }

    private func take(_ frame: VideoFrame, isLate: Bool, _ hand: (VideoFrame, Bool) throws -> Void) throws {
        seen = frame.time
        try hand(frame, isLate)
    }

    // MARK: - Still scenes

    private func look(
        at key: Int64, _ hand: (VideoFrame, Bool) throws -> Void, _ look: (VideoFrame) throws -> SceneVerdict
    ) throws {
        guard let index = held.lastIndex(where: { $0.packet.isKeyFrame && $0.packet.pts.pts90k == key }) else { return }
        fed = nil
        var verdict = SceneVerdict.busy
        try decoder.decodeAlone(held[index]) { frame in
            verdict = try look(frame)
            if verdict == .quiet { seen = frame.time }
        }
        if pacer.note(verdict, ofLookAt: key) {
            try resume(from: nil, hand)
        } else {
            held.removeFirst(index)
        }
    }

    /// Decodes what is held.
    private func resume(from key: Int64?, _ hand: (VideoFrame, Bool) throws -> Void) throws {
        let index = key.flatMap { key in
            held.lastIndex { $0.packet.isKeyFrame && $0.packet.pts.pts90k == key }
        }
        var next = fed ?? 0
        if let index, index >= next {
            next = index
            let start = held[index].packet.pts
            // What is shown before it is predicted from frames that were left out.
            decoder.reset(after: max(seen ?? start, MediaTime(epoch: start.epoch, pts90k: start.pts90k - 1)))
        } else if fed == nil, let seen {
            decoder.reset(after: seen)
        }
        fed = held.count
        for item in held[next...] { try decoder.decode(item) { try take($0, isLate: true, hand) } }
        // Only what follows the last key frame may be needed again.
        if let last = held.lastIndex(where: { $0.packet.isKeyFrame }) {
            held.removeFirst(last)
            fed = held.count
        }
    }
}

/// What the analysis says of frames, on its way to the thread that decodes.
final class SceneVerdicts: Sendable {
    private struct State {
        var latest: SceneVerdict?
        var ofLooks: [MediaTime: SceneVerdict] = [:]
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)

    func note(_ verdict: SceneVerdict, of frame: VideoFrame) {
        guard frame.continuity == .alone else {
            // What is busy is not outweighed by a quiet frame right after it.
            return state.withLock { if $0.latest != .busy { $0.latest = verdict } }
        }
        state.withLock { $0.ofLooks = [frame.time: verdict] }
        arrived.signal()
    }

    /// What was said since this was asked last: busy when anything was.
    func take() -> SceneVerdict? {
        state.withLock { state in
            defer { state.latest = nil }
            return state.latest
        }
    }

    /// Waits for what is said of a frame that was decoded alone.
    /// - Returns: busy when nothing is said for long, or `isStopped`.
    func wait(for frame: VideoFrame, seconds: Double, isStopped: () -> Bool) -> SceneVerdict {
        let until = DispatchTime.now() + seconds
        while !isStopped(), DispatchTime.now() < until {
            if let verdict = state.withLock({ $0.ofLooks.removeValue(forKey: frame.time) }) { return verdict }
            _ = arrived.wait(timeout: min(until, .now() + 0.25))
        }
        return .busy
    }
}
