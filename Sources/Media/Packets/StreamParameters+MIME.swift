internal import CFFmpeg

extension StreamParameters {
    /// The codec as MIME types name it (RFC 6381): `avc1.64001F`, `hvc1.1.6.L93.B0`; nil for what MP4 in browsers doesn't know.
    public var mimeCodec: String? {
        switch video.pointee.codec_id {
        case AV_CODEC_ID_H264: avc
        case AV_CODEC_ID_HEVC: hevc
        default: nil
        }
    }

    /// Profile, constraints and level are the three bytes after the sequence parameter set's first.
    private var avc: String? {
        var found: [UInt8]?
        let bytes = Array(extradata)
        if bytes.count > 4, bytes[0] == 1 {
            found = Array(bytes[1...3])
        } else if let sps = Self.units(bytes).first(where: { ($0.first ?? 0) & 0x1F == 7 }), sps.count > 3 {
            found = Array(sps[(sps.startIndex + 1)...(sps.startIndex + 3)])
        }
        if let found { return "avc1." + found.map(Self.hex).joined() }
        guard video.pointee.profile > 0, video.pointee.level > 0 else { return nil }
        return "avc1." + Self.hex(UInt8(truncatingIfNeeded: video.pointee.profile & 0xFF)) + "00"
            + Self.hex(UInt8(truncatingIfNeeded: video.pointee.level))
    }

    /// ISO/IEC 14496-15, annex E, with the values that nearly all cameras have where the stream isn't asked: progressive,
    /// no other constraints.
    private var hevc: String? {
        let profile = video.pointee.profile > 0 ? video.pointee.profile : 1
        let level = video.pointee.level > 0 ? video.pointee.level : 93
        let compatibility = profile == 2 ? "4" : "6"
        return "hvc1.\(profile).\(compatibility).L\(level).B0"
    }

    /// The parts between start codes.
    private static func units(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var starts: [Int] = []
        var index = 0
        while index + 3 <= bytes.count {
            if bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 {
                starts.append(index + 3)
                index += 3
            } else {
                index += 1
            }
        }
        return starts.enumerated().map { position, start in
            let end = position + 1 < starts.count ? max(start, starts[position + 1] - 3) : bytes.count
            return bytes[start..<end]
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16, uppercase: true)
        return text.count < 2 ? "0" + text : text
    }
}
