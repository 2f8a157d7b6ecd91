import Domain
import Logging
import Media

/// Where `watch` gets frames to analyse, and packets to record.
enum WatchSource {
    case file(feed: FileFrameFeed, packets: FilePackets)
    case live(feed: LiveFrameFeed, source: LiveSource, ring: PacketRing)

    /// Seconds of packets kept beyond the pre-roll, until a rule has confirmed.
    private static let confirmationSeconds = CameraSupervisor.confirmationSeconds
    private static let liveRingBytes = 256 << 20

    init(_ settings: WatchSettings, preRollSeconds: Double, clock: any WallClock, logger: Logger) throws {
        let seconds = preRollSeconds + Self.confirmationSeconds
        if settings.isFile {
            self = .file(
                feed: try FileFrameFeed(settings.input, pace: settings.pace, clock: clock),
                packets: try FilePackets(settings.input, keepSeconds: seconds, clock: clock))
        } else {
            let ring = PacketRing(seconds: seconds, maxBytes: Self.liveRingBytes, logger: logger)
            let source = LiveSource(
                camera: settings.camera, options: settings.input, ring: ring, clock: clock, logger: logger)
            source.start()
            self = .live(feed: LiveFrameFeed(ring: ring), source: source, ring: ring)
        }
    }

    var feed: any FrameFeed {
        switch self {
        case .file(let feed, _): feed
        case .live(let feed, _, _): feed
        }
    }

    var ring: PacketRing {
        switch self {
        case .file(_, let packets): packets.ring
        case .live(_, _, let ring): ring
        }
    }

    /// The frame at `time` is analysed: its packets are there, and those that follow for a moment.
    func advance(to time: MediaTime) throws {
        if case .file(_, let packets) = self { try packets.advance(to: time) }
    }

    /// No more frames: the rest of a file is read, a camera is let go.
    func finish() throws {
        switch self {
        case .file(_, let packets): try packets.drain()
        case .live(_, let source, let ring):
            source.stop()
            ring.finish()
        }
    }

    /// From any thread: ends the feed at once.
    func stop() {
        feed.stop()
        if case .live(_, let source, _) = self { source.stop() }
    }
}
