internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// The units of which H.264 and H.265 streams consist.
struct NALUnits {
    let isHEVC: Bool
    /// Bytes of the length before each unit, as in MP4; nil where start codes part them.
    private let lengthBytes: Int?

    /// nil for other codecs.
    init?(_ parameters: UnsafePointer<AVCodecParameters>) {
        switch parameters.pointee.codec_id {
        case AV_CODEC_ID_H264: isHEVC = false
        case AV_CODEC_ID_HEVC: isHEVC = true
        default: return nil
        }
        let record = UnsafeBufferPointer(
            start: parameters.pointee.extradata, count: max(0, Int(parameters.pointee.extradata_size)))
        // ISO/IEC 14496-15: the configuration record begins with its version, 1.
        let index = isHEVC ? 21 : 4
        lengthBytes = record.first == 1 && record.count > index ? Int(record[index] & 3) + 1 : nil
    }

    /// Lends each unit of a packet, without start code or length, until `body` returns false.
    func forEach(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (Slice<UnsafeBufferPointer<UInt8>>) -> Bool) {
        guard let lengthBytes else {
            var start: Int?
            var index = 0
            while index + 2 < bytes.count {
                guard bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 else {
                    index += 1
                    continue
                }
                if let start, start < index, !body(bytes[start..<index]) { return }
                start = index + 3
                index += 3
            }
            if let start, start < bytes.count { _ = body(bytes[start...]) }
            return
        }
        var index = 0
        while index + lengthBytes < bytes.count {
            var length = 0
            for byte in bytes[index..<index + lengthBytes] { length = length << 8 | Int(byte) }
            index += lengthBytes
            let end = min(bytes.count, index + length)
            guard end > index, body(bytes[index..<end]) else { return }
            index = end
        }
    }

    /// Lends what begins with each unit of a packet, up to the packet's end, until `body` returns false: enough for the
    /// heads of units, and nobody looks for the end of a large one.
    func forEachHead(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (Slice<UnsafeBufferPointer<UInt8>>) -> Bool) {
        guard lengthBytes == nil else { return forEach(bytes, body) }
        var index = 0
        while index + 3 < bytes.count {
            guard bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 else {
                index += 1
                continue
            }
            index += 3
            guard body(bytes[index...]) else { return }
        }
    }

    /// ITU-T H.264, table 7-1, and H.265, table 7-1: a coded slice, a part of a frame.
    func isSlice(_ unit: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = unit.first else { return false }
        return isHEVC ? (first >> 1) & 0x3F < 32 : (1...5).contains(first & 0x1F)
    }

    /// How a packet's display orientation message (H.264 D.1.27, H.265 D.2.17) has the frame turned; nil without one.
    func orientation(_ bytes: UnsafeBufferPointer<UInt8>) -> FrameOrientation? {
        var found: FrameOrientation?
        forEach(bytes) { unit in
            guard let first = unit.first else { return true }
            if isSlice(unit) { return false }
            let isMessage = isHEVC ? (first >> 1) & 0x3F == 39 : first & 0x1F == 6
            if isMessage { found = Self.orientation(inMessage: unit.dropFirst(isHEVC ? 2 : 1)) ?? found }
            return true
        }
        return found
    }

    private static func orientation(inMessage unit: Slice<UnsafeBufferPointer<UInt8>>) -> FrameOrientation? {
        var bytes: [UInt8] = []
        for byte in unit {
            // Emulation prevention: 0 0 3 stands for 0 0.
            if byte == 3, bytes.count >= 2, bytes.suffix(2) == [0, 0] { continue }
            bytes.append(byte)
        }
        var index = 0
        func number() -> Int? {
            var sum = 0
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                sum += Int(byte)
                if byte != 255 { return sum }
            }
            return nil
        }
        while let type = number(), let size = number(), index + size <= bytes.count {
            defer { index += size }
            guard type == 47, size >= 3 else { continue }
            let bits = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
            // Cancelled: as stored.
            guard bits >> 23 & 1 == 0 else { return .upright }
            let x: Double = bits >> 22 & 1 == 1 ? -1 : 1, y: Double = bits >> 21 & 1 == 1 ? -1 : 1
            let angle = Double(bits >> 5 & 0xFFFF) / 65_536 * 2 * .pi
            let (c, s) = (65_536 * cos(angle), 65_536 * sin(angle))
            let matrix = [x * c, -x * s, 0, y * s, y * c, 0, 0, 0, 1].map { Int32($0.rounded()) }
            return matrix.withUnsafeBufferPointer { $0.baseAddress.map(FrameOrientation.init) }
        }
        return nil
    }

    /// The units between start codes.
    static func annexB(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var starts: [Int] = []
        var index = 0
        while index + 2 < bytes.count {
            if bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 {
                starts.append(index + 3)
                index += 3
            } else {
                index += 1
            }
        }
        return starts.enumerated().map { number, start in
            var end = number + 1 < starts.count ? starts[number + 1] - 3 : bytes.count
            // A unit never ends in zeros: these belong to the next start code.
            while end > start, bytes[end - 1] == 0 { end -= 1 }
            return bytes[start..<end]
        }
    }
}

/// The parameter sets of a stream in Annex B form, as a collection of NAL units: what a key packet brings along may be
/// all of them or a part, again or new.
struct ParameterSets {
    private var units: [Data]
    private let isHEVC: Bool

    init(_ annexB: Data, isHEVC: Bool) {
        units = NALUnits.annexB([UInt8](annexB)).map { Data($0) }
        self.isHEVC = isHEVC
    }

    /// With start codes, for decoders and muxers.
    var annexB: Data { units.reduce(into: Data()) { $0 += [0, 0, 0, 1] + $1 } }

    /// Takes what a key packet brings. Where it has a sequence parameter set of its own it replaces all; else it is
    /// added: encoders that cut a frame into several packets repeat only a part in each.
    /// - Returns: Whether something changed.
    mutating func take(_ found: Data) -> Bool {
        let new = NALUnits.annexB([UInt8](found)).map { Data($0) }
        guard new.contains(where: { !units.contains($0) }) else { return false }
        if new.contains(where: isSequence) {
            units = new
        } else {
            units += new.filter { !units.contains($0) }
        }
        return true
    }

    /// ITU-T H.264, table 7-1: type 7; H.265, table 7-1: type 33.
    private func isSequence(_ unit: Data) -> Bool {
        guard let first = unit.first else { return false }
        return isHEVC ? (first >> 1) & 0x3f == 33 : first & 0x1f == 7
    }
}

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
        // Length-prefixed packets (MP4) have their parameter sets outside.
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

    /// The frame size that a key packet announces.
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
