import CFFmpeg
import Domain

@testable import Media

extension Packet {
    /// A copy with other times.
    func retimed(pts: Int64, dts: Int64) throws -> Packet {
        guard let copy = av_packet_clone(packet) else { throw MediaError.encodingFailed(reason: "out of memory") }
        copy.pointee.pts = pts
        copy.pointee.dts = dts
        copy.pointee.duration = 0
        return Packet(adopting: copy, isVideo: isVideo, epoch: time.epoch, date: date)
    }
}
