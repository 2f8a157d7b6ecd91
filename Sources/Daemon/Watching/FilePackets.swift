import Domain
import Media

/// A file's packets, put into a ring in step with the frames that are analysed, so that a file is recorded from just like a
/// camera.
final class FilePackets {
    let ring: PacketRing
    private let demuxer: Demuxer
    private var isAtEnd = false

    /// The frame that is analysed next may be this far ahead of the packets: decoders reorder.
    private static let leadSeconds = 1.0

    init(_ options: SourceOptions, keepSeconds: Double, clock: any WallClock) throws {
        demuxer = try Demuxer(options, clock: clock)
        ring = PacketRing(seconds: keepSeconds, maxBytes: Int.max)
    }

    /// Reads up to a little after `time`.
    func advance(to time: MediaTime) throws {
        while !isAtEnd {
            guard let packet = try demuxer.read() else { return finish() }
            ring.append(packet, parameters: demuxer.streamParameters)
            if packet.isVideo, let ahead = packet.time.seconds(since: time), ahead > Self.leadSeconds { return }
        }
    }

    /// Reads to the end.
    func drain() throws {
        while !isAtEnd {
            guard let packet = try demuxer.read() else { return finish() }
            ring.append(packet, parameters: demuxer.streamParameters)
        }
    }

    private func finish() {
        isAtEnd = true
        ring.finish()
    }
}
