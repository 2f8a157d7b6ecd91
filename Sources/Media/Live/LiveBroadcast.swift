import Domain
import Foundation
import Logging
import Synchronization

/// One camera's video for all who watch it: muxed once, while anybody watches, and the same bytes for everybody.
///
/// A viewer begins at the last key frame. One that doesn't keep up misses fragments up to a key frame.
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
        /// It has missed something: nothing until the next key frame.
        var isBehind = false
    }

    private struct Running {
        var codec: String
        var epoch: Int
        var offsetPts90k: Int64
        var header: Data
        /// Since the last key frame.
        var gop: [Data]
    }

    private struct State {
        var running: Running?
        var isThreadUp = false
        var next = 0
        var viewers: [Int: Viewer] = [:]
    }

    /// Fragments that wait for a viewer; some seconds of video.
    private static let bufferedFragments = 256
    /// How long to go on when the last viewer has gone: pages reload.
    private static let lingerSeconds = 5.0
    private let ring: PacketRing
    private let clock: any WallClock
    private let state = Mutex(State())

    public init(ring: PacketRing, clock: any WallClock) {
        self.ring = ring
        self.clock = clock
    }

    public var viewerCount: Int { state.withLock { $0.viewers.count } }

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
            guard let running = state.running else {
                let mustStart = !state.isThreadUp
                state.isThreadUp = true
                return (nil, mustStart)
            }
            let (stream, continuation) = AsyncStream.makeStream(
                of: Data.self, bufferingPolicy: .bufferingOldest(Self.bufferedFragments))
            let id = state.next
            state.next += 1
            for fragment in running.gop { continuation.yield(fragment) }
            state.viewers[id] = Viewer(continuation: continuation)
            continuation.onTermination = { [weak self] _ in
                _ = self?.state.withLock { $0.viewers.removeValue(forKey: id) }
            }
            return (
                Opening(
                    codec: running.codec, epoch: running.epoch, offsetPts90k: running.offsetPts90k,
                    header: running.header, fragments: stream), false
            )
        }
        if mustStart { WorkerThread.start("live video") { [self] in run() } }
        return opening
    }

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
                endViewers()
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
                endViewers()
            }
        }
        endViewers()
        state.withLock { $0.isThreadUp = false }
    }

    private func begin(_ muxer: LiveMuxer, codec: String) {
        state.withLock {
            $0.running = Running(
                codec: codec, epoch: muxer.epoch, offsetPts90k: muxer.offsetPts90k, header: muxer.header, gop: [])
        }
    }

    private func hand(_ fragment: Data, isKeyFrame: Bool) {
        state.withLock { state in
            if isKeyFrame { state.running?.gop.removeAll(keepingCapacity: true) }
            state.running?.gop.append(fragment)
            for (id, viewer) in state.viewers where !viewer.isBehind || isKeyFrame {
                if case .dropped = viewer.continuation.yield(fragment) {
                    state.viewers[id]?.isBehind = true
                } else {
                    state.viewers[id]?.isBehind = false
                }
            }
        }
    }

    private func endViewers() {
        let viewers = state.withLock { state in
            state.running = nil
            defer { state.viewers = [:] }
            return state.viewers.values.map(\.continuation)
        }
        for viewer in viewers { viewer.finish() }
    }
}
