internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Notices when a stream's parameter sets change in the middle (another resolution), for packets that carry them along.
final class ParameterSetWatcher {
    private let filter: UnsafeMutablePointer<AVBSFContext>
    private let parser: UnsafeMutablePointer<AVCodecParserContext>
    private let codec: UnsafeMutablePointer<AVCodecContext>

    /// nil for codecs without parameter sets in the stream.
    init?(_ parameters: UnsafePointer<AVCodecParameters>) {
        let id = parameters.pointee.codec_id
        guard id == AV_CODEC_ID_H264 || id == AV_CODEC_ID_HEVC, let name = av_bsf_get_by_name("extract_extradata")
        else {
            return nil
        }
        // Length-prefixed packets (MP4) hold their parameter sets outside.
        if parameters.pointee.extradata_size > 0, parameters.pointee.extradata?[0] == 1 { return nil }
        var made: UnsafeMutablePointer<AVBSFContext>?
        guard av_bsf_alloc(name, &made) >= 0, let filter = made else { return nil }
        guard avcodec_parameters_copy(filter.pointee.par_in, parameters) >= 0, av_bsf_init(filter) >= 0,
            let parser = av_parser_init(Int32(bitPattern: id.rawValue)), let codec = avcodec_alloc_context3(nil)
        else {
            av_bsf_free(&made)
            return nil
        }
        parser.pointee.flags |= Int32(PARSER_FLAG_COMPLETE_FRAMES)
        codec.pointee.codec_id = id
        self.filter = filter
        self.parser = parser
        self.codec = codec
    }

    deinit {
        var filter: UnsafeMutablePointer<AVBSFContext>? = filter
        av_bsf_free(&filter)
        av_parser_close(parser)
        var codec: UnsafeMutablePointer<AVCodecContext>? = codec
        avcodec_free_context(&codec)
    }

    /// The parameter sets in a key packet, nil when it has none.
    func parameterSets(in packet: UnsafePointer<AVPacket>) -> Data? {
        var copy = av_packet_clone(packet)
        guard copy != nil else { return nil }
        defer { av_packet_free(&copy) }
        guard av_bsf_send_packet(filter, copy) >= 0 else { return nil }
        var found: Data?
        while av_bsf_receive_packet(filter, copy) >= 0 {
            var count = 0
            if let data = av_packet_get_side_data(copy, AV_PKT_DATA_NEW_EXTRADATA, &count), count > 0 {
                found = Data(bytes: data, count: count)
            }
            av_packet_unref(copy)
        }
        return found
    }

    /// The picture size that a key packet announces.
    func frameSize(of packet: UnsafePointer<AVPacket>) -> FrameSize? {
        var out: UnsafeMutablePointer<UInt8>?
        var outSize: Int32 = 0
        _ = av_parser_parse2(
            parser, codec, &out, &outSize, packet.pointee.data, packet.pointee.size, packet.pointee.pts,
            packet.pointee.dts,
            -1)
        let size = FrameSize(width: Int(parser.pointee.width), height: Int(parser.pointee.height))
        return size.width > 0 && size.height > 0 ? size : nil
    }
}
