import Domain
import Foundation
import Media

/// How many bytes of a file would be kept as clips: its packets from the last key frame at or before each start to each
/// end, each packet once.
enum KeptBytes {
    struct PacketSize: Hashable, Sendable {
        var seconds: Double
        var bytes: Int
        var isKeyFrame: Bool
    }

    /// - Parameter spans: from (start − pre-roll) to (end + post-roll), in seconds.
    static func count(_ packets: [PacketSize], spans: [ClosedRange<Double>]) -> Int {
        guard !spans.isEmpty else { return 0 }
        let begins = spans.map { span in
            packets.last { $0.isKeyFrame && $0.seconds <= span.lowerBound }?.seconds ?? packets.first?.seconds ?? 0
        }
        return packets.reduce(0) { sum, packet in
            let isKept = zip(begins, spans).contains { packet.seconds >= $0 && packet.seconds <= $1.upperBound }
            return isKept ? sum + packet.bytes : sum
        }
    }

    /// Reads the sizes of a file's packets. Blocks.
    /// - Throws: `MediaError`.
    static func packets(of path: String) throws -> [PacketSize] {
        let demuxer = try Demuxer(SourceOptions(url: path))
        var sizes: [PacketSize] = []
        while let packet = try demuxer.read() {
            sizes.append(
                PacketSize(seconds: packet.time.seconds, bytes: packet.byteCount, isKeyFrame: packet.isKeyFrame))
        }
        return sizes
    }
}
