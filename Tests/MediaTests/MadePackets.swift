import CFFmpeg
import Domain
import Foundation

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

    /// A packet that no decoder would take.
    static func made(ticks: Int64, isKey: Bool, bytes: Int = 1) throws -> Packet {
        guard let packet = av_packet_alloc(), av_new_packet(packet, Int32(bytes)) >= 0 else {
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        packet.pointee.pts = ticks
        packet.pointee.dts = ticks
        packet.pointee.flags = isKey ? AV_PKT_FLAG_KEY : 0
        return Packet(
            adopting: packet, isVideo: true, epoch: 0, date: Date(timeIntervalSince1970: Double(ticks) / 90_000))
    }
}

extension StreamParameters {
    /// Of a stream that nobody decodes.
    static func made() throws -> StreamParameters {
        guard let parameters = avcodec_parameters_alloc() else {
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        var freed: UnsafeMutablePointer<AVCodecParameters>? = parameters
        defer { avcodec_parameters_free(&freed) }
        let size = FrameSize(width: 64, height: 48)
        return try StreamParameters(
            info: StreamInfo(codecName: "none", frameSize: size, framesPerSecond: 10), video: parameters, audio: nil)
    }
}

extension FileFrameFeed {
    /// All frames of a file.
    static func frames(_ file: URL, displayAspect: Double? = nil) async throws -> [VideoFrame] {
        let feed = try FileFrameFeed(SourceOptions(url: file.path, displayAspect: displayAspect))
        var frames: [VideoFrame] = []
        while let frame = try await feed.next() { frames.append(frame) }
        return frames
    }
}
