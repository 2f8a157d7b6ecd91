internal import CFFmpeg
import Domain
import Foundation

/// One compressed picture, or a piece of sound, with its time on the camera's own line. Immutable; the bytes are shared with
/// everybody who holds it.
public final class Packet: @unchecked Sendable {
    // Sendable unchecked: never changed after init, and FFmpeg counts references to the bytes atomically. Its timestamps
    // are on the time line of `time`, in 1/90,000 s.
    let packet: UnsafeMutablePointer<AVPacket>
    public let isVideo: Bool
    /// Decoding can begin here.
    public let isKeyFrame: Bool
    /// When it is decoded; rises strictly from video packet to video packet.
    public let time: MediaTime
    /// When it is shown.
    public let pts: MediaTime
    /// The time of day of `pts`.
    public let date: Date

    public var byteCount: Int { Int(packet.pointee.size) }
    /// 0 where unknown.
    public var durationSeconds: Double { Double(packet.pointee.duration) / MediaTime.unitsPerSecond }

    /// Takes the packet over.
    init(adopting packet: UnsafeMutablePointer<AVPacket>, isVideo: Bool, epoch: Int, date: Date) {
        self.packet = packet
        self.isVideo = isVideo
        isKeyFrame = isVideo && packet.pointee.flags & AV_PKT_FLAG_KEY != 0
        time = MediaTime(epoch: epoch, pts90k: packet.pointee.dts)
        pts = MediaTime(epoch: epoch, pts90k: packet.pointee.pts)
        self.date = date
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }
}
