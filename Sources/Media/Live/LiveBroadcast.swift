import Domain
import Foundation
import Logging
import Synchronization

/// One camera's video for all who watch it: muxed once, while anybody watches, and the same bytes for everybody.
///
/// A viewer begins at the last key frame. One that doesn't keep up misses fragments up to a key frame; they are counted, and
/// said in the log.
public final class LiveBroadcast: Sendable {
    /// Where a viewer's video begins.
    public struct Opening: Sendable {
        public var codec: String
        public var epoch: Int
        public var offsetPts90k: Int64
        public var header: Data
        public var fragments: AsyncStream<Data>
    }

    private struct Viewer {
        var continuation: AsyncStream<Data>.Continuation
        /// Fragments missed since it fell behind: nothing until the next key frame. 0 while it keeps up.
        var missed = 0

        /// - Returns: Fragments missed before this one, which it gets; 0 where it missed none, or still does.
        mutating func take(_ fragment: Data, isKeyFrame: Bool) -> Int {
            guard missed == 0 || isKeyFrame else {
                missed += 1
                return 0
            }
            guard case .dropped = continuation.yield(fragment) else {
                defer { missed = 0 }
                return missed
            }
            missed += 1
            return 0
        }
    }

    private struct Running {
        var codec: String
        var epoch: Int
        var offsetPts90k: Int64
        var header: Data
        /// Since the last key frame.
        var gop: [Data]
    }

    private enum Phase {
        /// Nobody has watched for a while.
        case idle
        /// The thread is up and waits for a key frame.
        case starting
        case running(Running)
    }

    private struct State {
        var phase = Phase.idle
        var nextViewer = 0
        var viewers: [Int: Viewer] = [:]
        var missedFragments = 0
    }

    /// Fragments that wait for a viewer, beside the group of pictures with which it begins; some seconds of video.
    static let bufferedFragments = 256
    /// How long to go on when the last viewer has gone: pages reload.
    private static let lingerSeconds = 5.0
    private let ring: PacketRing
    private let clock: any WallClock
    private let logger: Logger
    private let state = Mutex(State())

    public init(ring: PacketRing, clock: any WallClock, logger: Logger = Logger(label: "media")) {
        self.ring = ring
        self.clock = clock
        self.logger = logger
    }

    public var viewerCount: Int { state.withLock { $0.viewers.count } }

    /// Fragments that viewers didn't get because they were too slow, since the start.
    public var missedFragments: Int { state.withLock { $0.missedFragments } }

    // MARK: - Viewers

    /// Begins to watch.
    /// - Returns: nil when the camera sends nothing that a browser could play, or nothing came within `timeoutSeconds`.
    public func open(timeoutSeconds: Double = 3) async -> Opening? {
        let until = clock.monotonicSeconds() + timeoutSeconds
        while true {
            if let opening = join() { return opening }
            guard clock.monotonicSeconds() < until, !Task.isCancelled else { return nil }
            try? await clock.sleep(seconds: 0.02)
        }
    }

    /// Joins what runs, or starts it.
    private func join() -> Opening? {
        let (opening, mustStart) = state.withLock { state -> (Opening?, Bool) in
            switch state.phase {
            case .idle:
                state.phase = .starting
                return (nil, true)
            case .starting: return (nil, false)
            case .running(let running): return (addViewer(to: &state, running), false)
            }
        }
        if mustStart { WorkerThread.start("live video") { [self] in run() } }
        return opening
    }

    private func addViewer(to state: inout State, _ running: Running) -> Opening {
        // The group of pictures so far is never cut: what follows it can't be decoded without.
        let (stream, continuation) = AsyncStream.makeStream(
            of: Data.self, bufferingPolicy: .bufferingOldest(running.gop.count + Self.bufferedFragments))
        let id = state.nextViewer
        state.nextViewer += 1
        for fragment in running.gop { continuation.yield(fragment) }
        state.viewers[id] = Viewer(continuation: continuation)
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.viewers.removeValue(forKey: id) }
        }
        return Opening(
            codec: running.codec, epoch: running.epoch, offsetPts90k: running.offsetPts90k, header: running.header,
            fragments: stream)
    }

    // MARK: - On the thread

    private func run() {
        let cursor = ring.makeLiveCursor()
        defer { cursor.release() }
        var muxer: LiveMuxer?
        var idleSince: Double? = clock.monotonicSeconds()
        while true {
            let now = clock.monotonicSeconds()
            if viewerCount > 0 { idleSince = nil } else { idleSince = idleSince ?? now }
            if let idleSince, now - idleSince > Self.lingerSeconds { break }
            guard let item = cursor.nextBlocking(timeoutSeconds: 0.5) else {
                if cursor.isAtEnd { break }
                continue
            }
            guard item.packet.isVideo else { continue }
            if let current = muxer, current.parameters !== item.parameters || current.epoch != item.packet.time.epoch {
                muxer = nil
                endViewers(.starting)
            }
            do {
                if muxer == nil {
                    guard item.packet.isKeyFrame else { continue }
                    guard let codec = item.parameters.mimeCodec else { break }
                    let fresh = try LiveMuxer(parameters: item.parameters, first: item.packet)
                    muxer = fresh
                    begin(fresh, codec: codec)
                }
                if let fragment = try muxer?.fragment(item.packet), !fragment.isEmpty {
                    hand(fragment, isKeyFrame: item.packet.isKeyFrame)
                }
            } catch {
                muxer = nil
                endViewers(.starting)
            }
        }
        endViewers(.idle)
    }

    private func begin(_ muxer: LiveMuxer, codec: String) {
        state.withLock {
            $0.phase = .running(
                Running(
                    codec: codec, epoch: muxer.epoch, offsetPts90k: muxer.offsetPts90k, header: muxer.header, gop: []))
        }
    }

    private func hand(_ fragment: Data, isKeyFrame: Bool) {
        var caughtUp: [Int] = []
        state.withLock { state in
            guard case .running(var running) = state.phase else { return }
            // Not kept twice, or each fragment would copy the whole group.
            state.phase = .starting
            if isKeyFrame { running.gop.removeAll(keepingCapacity: true) }
            running.gop.append(fragment)
            state.phase = .running(running)
            for id in state.viewers.keys {
                let missed = state.viewers[id]?.take(fragment, isKeyFrame: isKeyFrame) ?? 0
                guard missed > 0 else { continue }
                state.missedFragments += missed
                caughtUp.append(missed)
            }
        }
        for missed in caughtUp {
            logger.notice("live video: a viewer was too slow and missed \(missed) frames; it goes on at a key frame")
        }
    }

    private func endViewers(_ next: Phase) {
        let viewers = state.withLock { state in
            state.phase = next
            for viewer in state.viewers.values { state.missedFragments += viewer.missed }
            defer { state.viewers = [:] }
            return state.viewers.values.map(\.continuation)
        }
        for viewer in viewers { viewer.finish() }
    }
}
