internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation
import Logging
import Synchronization

/// One camera's video for all who watch it: muxed once, while anybody watches, and the same bytes for everybody.
///
/// A viewer begins at the last key frame. One that doesn't keep up misses fragments up to a key frame; they are
/// counted, and said in the log.
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

/// Puts a camera's frames into fragmented MP4 for browsers, a fragment a frame, as they are. One owner, one thread.
///
/// Sound is left out. A moment of the video is its media time less ``offsetPts90k``.
final class LiveMuxer {
    let parameters: StreamParameters
    let epoch: Int
    /// Media time of the video's second 0.
    let offsetPts90k: Int64
    /// `ftyp` and `moov`.
    let header: Data

    private let context: UnsafeMutablePointer<AVFormatContext>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let output: MuxerOutput
    private var lastDTS: Int64 = .min

    /// - Parameter first: The key frame to begin with; give it to `fragment` too.
    /// - Throws: `MediaError.encodingFailed` when MP4 can't hold the codec.
    init(parameters: StreamParameters, first: Packet) throws {
        FFmpegLog.silence()
        self.parameters = parameters
        epoch = first.time.epoch
        offsetPts90k = first.time.pts90k
        let output = try MuxerOutput()
        var made: UnsafeMutablePointer<AVFormatContext>?
        avformat_alloc_output_context2(&made, nil, "mp4", nil)
        var spare = av_packet_alloc()
        guard let context = made, let packet = spare else {
            avformat_free_context(made)
            av_packet_free(&spare)
            throw MediaError.encodingFailed(reason: "no MP4 writer")
        }
        do {
            context.pointee.pb = output.io
            context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
            guard let stream = avformat_new_stream(context, nil) else {
                throw MediaError.encodingFailed(reason: "out of memory")
            }
            try parameters.describe(stream)
            var options: OpaquePointer?
            defer { av_dict_free(&options) }
            // A fragment ends when it is asked for: at once, not when the next frame comes. Times are those of the
            // packets.
            av_dict_set(&options, "movflags", "empty_moov+default_base_moof+frag_custom+frag_discont", 0)
            let code = avformat_write_header(context, &options)
            guard code >= 0 else { throw MediaError.encodingFailed(reason: "MP4 header: \(ffmpegMessage(code))") }
            header = Self.drained(output)
        } catch {
            context.pointee.pb = nil
            avformat_free_context(context)
            av_packet_free(&spare)
            throw error
        }
        self.context = context
        self.packet = packet
        self.output = output
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
        context.pointee.pb = nil
        avformat_free_context(context)
    }

    /// A frame as `moof` and `mdat`.
    /// - Returns: Empty for sound.
    /// - Throws: `MediaError.encodingFailed`.
    func fragment(_ source: Packet) throws -> Data {
        guard source.isVideo, source.time.epoch == epoch else { return Data() }
        guard av_packet_ref(packet, source.packet) >= 0, let stream = context.pointee.streams[0] else {
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        defer { av_packet_unref(packet) }
        packet.pointee.stream_index = 0
        packet.pointee.dts = max(
            Ticks.difference(packet.pointee.dts, offsetPts90k), lastDTS == .min ? 0 : lastDTS + 1)
        packet.pointee.pts = max(Ticks.difference(packet.pointee.pts, offsetPts90k), packet.pointee.dts)
        lastDTS = packet.pointee.dts
        if packet.pointee.duration <= 0 {
            packet.pointee.duration = Ticks.frameDuration(
                framesPerSecond: parameters.info.framesPerSecond)
        }
        av_packet_rescale_ts(packet, timeBase90k, stream.pointee.time_base)
        var code = av_write_frame(context, packet)
        if code >= 0 { code = av_write_frame(context, nil) }
        guard code >= 0 else { throw MediaError.encodingFailed(reason: "MP4: \(ffmpegMessage(code))") }
        return Self.drained(output)
    }

    private static func drained(_ output: MuxerOutput) -> Data {
        var data = Data()
        output.drain { data = Data($0) }
        return data
    }
}
