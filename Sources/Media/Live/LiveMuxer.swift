internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Puts a camera's pictures into fragmented MP4 for browsers, a fragment a frame, as they are. One owner, one thread.
///
/// Sound is left out. A moment of the video is its media time less ``offsetPts90k``.
public final class LiveMuxer {
    public let parameters: StreamParameters
    public let epoch: Int
    /// Media time of the video's second 0.
    public let offsetPts90k: Int64
    /// `ftyp` and `moov`.
    public let header: Data

    private let context: UnsafeMutablePointer<AVFormatContext>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let output: MemoryOutput
    private var lastDTS: Int64 = .min

    /// - Parameter first: The key frame to begin with; give it to `fragment` too.
    /// - Throws: `MediaError.encodingFailed` when MP4 can't hold the codec.
    public init(parameters: StreamParameters, first: Packet) throws {
        FFmpegLog.silence()
        self.parameters = parameters
        epoch = first.time.epoch
        offsetPts90k = first.time.pts90k
        guard let output = MemoryOutput(), let packet = av_packet_alloc() else {
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        var made: UnsafeMutablePointer<AVFormatContext>?
        avformat_alloc_output_context2(&made, nil, "mp4", nil)
        var spare: UnsafeMutablePointer<AVPacket>? = packet
        guard let context = made else {
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
            // A fragment ends when it is told to: at once, not when the next picture comes. Times are those of the packets.
            av_dict_set(&options, "movflags", "empty_moov+default_base_moof+frag_custom+frag_discont", 0)
            let code = avformat_write_header(context, &options)
            guard code >= 0 else { throw MediaError.encodingFailed(reason: "MP4 header: \(ffmpegMessage(code))") }
            header = output.take()
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

    /// A picture as `moof` and `mdat`.
    /// - Returns: Empty for sound.
    /// - Throws: `MediaError.encodingFailed`.
    public func fragment(_ source: Packet) throws -> Data {
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
        return output.take()
    }
}
