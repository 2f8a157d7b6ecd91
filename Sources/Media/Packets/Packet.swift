internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// One compressed frame, or a piece of sound, with its time on the camera's own line. Immutable; the bytes are shared
/// with everybody who has it.
public final class Packet: @unchecked Sendable {
    // Sendable unchecked: never changed after init, and FFmpeg counts references to the bytes atomically. Its
    // timestamps are on the time line of `time`, in 1/90,000 s.
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

    /// The same with times that are later by `ticks` (1/90,000 s), and decoded `lead` before it is shown; nil without memory.
    func moved(by ticks: Int64, decodedEarlierBy lead: Int64) -> Packet? {
        guard let copy = av_packet_clone(packet) else { return nil }
        copy.pointee.pts = Ticks.sum(packet.pointee.pts, ticks)
        copy.pointee.dts = Ticks.difference(copy.pointee.pts, lead)
        return Packet(adopting: copy, isVideo: isVideo, epoch: time.epoch, date: date)
    }
}

/// What is known about a source's video.
public struct StreamInfo: Hashable, Sendable {
    /// FFmpeg's name: `h264`, `hevc`, `mjpeg`, …
    public var codecName: String
    /// Of the frames as they are shown, in pixels: turned as the source says, with square pixels.
    public var frameSize: FrameSize
    /// Of the frames as they are stored.
    public var storedSize: FrameSize
    /// As the source says or as measured at opening; an estimate.
    public var framesPerSecond: Double
    /// Sound is read along (`SourceOptions.keepAudio`, and the source has some).
    public var hasAudio: Bool
    /// nil for live sources and where the file doesn't say.
    public var durationSeconds: Double?

    public init(
        codecName: String, frameSize: FrameSize, framesPerSecond: Double, hasAudio: Bool = false,
        durationSeconds: Double? = nil,
        storedSize: FrameSize? = nil
    ) {
        self.codecName = codecName
        self.frameSize = frameSize
        self.storedSize = storedSize ?? frameSize
        self.framesPerSecond = framesPerSecond
        self.hasAudio = hasAudio
        self.durationSeconds = durationSeconds
    }
}

/// How packets are to be decoded or put into a file: codec, frame size, parameter sets. Immutable; when the stream
/// changes, its later packets come with another object.
public final class StreamParameters: @unchecked Sendable {
    public let info: StreamInfo
    // Sendable unchecked: written in init, only read after.
    let video: UnsafeMutablePointer<AVCodecParameters>
    let audio: UnsafeMutablePointer<AVCodecParameters>?
    /// What the camera's settings or the container say; where they are silent, the frames may.
    let shape: FrameShape

    public var frameSize: FrameSize { info.frameSize }

    /// Copies both.
    init(
        info: StreamInfo, video: UnsafePointer<AVCodecParameters>, audio: UnsafePointer<AVCodecParameters>?,
        shape: FrameShape = FrameShape()
    ) throws {
        self.info = info
        self.shape = shape
        self.video = try Self.copy(video)
        do {
            self.audio = try audio.map(Self.copy)
        } catch {
            var parameters: UnsafeMutablePointer<AVCodecParameters>? = self.video
            avcodec_parameters_free(&parameters)
            throw error
        }
        if let aspect = shape.pixelAspect { self.video.pointee.sample_aspect_ratio = av_d2q(aspect, 10_000) }
    }

    deinit {
        var parameters: UnsafeMutablePointer<AVCodecParameters>? = video
        avcodec_parameters_free(&parameters)
        parameters = audio
        avcodec_parameters_free(&parameters)
    }

    /// The codec's parameter sets or configuration record.
    var extradata: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: video.pointee.extradata, count: Int(video.pointee.extradata_size))
    }

    /// Puts the video into a muxer's new stream, so that players show it as it is meant.
    /// - Parameter parameters: Instead of `video`, when its packets were encoded anew.
    func describe(_ stream: UnsafeMutablePointer<AVStream>, as parameters: UnsafePointer<AVCodecParameters>? = nil)
        throws
    {
        let parameters = parameters ?? UnsafePointer(video)
        guard avcodec_parameters_copy(stream.pointee.codecpar, parameters) >= 0 else {
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        // The input's tag may mean nothing in MP4. Browsers want parameter sets in the header, which is what hvc1 says.
        stream.pointee.codecpar.pointee.codec_tag =
            parameters.pointee.codec_id == AV_CODEC_ID_HEVC ? aw_tag_hvc1 : 0
        stream.pointee.codecpar.pointee.sample_aspect_ratio = video.pointee.sample_aspect_ratio
        stream.pointee.sample_aspect_ratio = video.pointee.sample_aspect_ratio
        stream.pointee.time_base = timeBase90k
        guard let orientation = shape.orientation, orientation != .upright,
            let data = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 36)
        else { return }
        data.withMemoryRebound(to: Int32.self, capacity: 9) { numbers in
            for (index, number) in orientation.displayMatrix.enumerated() { numbers[index] = number }
        }
    }

    /// Whether a packet holds a part of a frame, as opposed to messages alone; true where that is not known.
    func mayHoldFrame(_ packet: Packet) -> Bool {
        guard let units = NALUnits(video) else { return true }
        var count = 0, frames = 0
        units.forEach(UnsafeBufferPointer(start: packet.packet.pointee.data, count: packet.byteCount)) { unit in
            count += 1
            frames += units.isSlice(unit) ? 1 : 0
            return frames == 0
        }
        return count == 0 || frames > 0
    }

    private static func copy(
        _ source: UnsafePointer<AVCodecParameters>
    ) throws -> UnsafeMutablePointer<AVCodecParameters> {
        guard let copy = avcodec_parameters_alloc() else {
            throw MediaError.decodingFailed(source: "stream", reason: "out of memory")
        }
        let code = avcodec_parameters_copy(copy, source)
        guard code >= 0 else {
            var parameters: UnsafeMutablePointer<AVCodecParameters>? = copy
            avcodec_parameters_free(&parameters)
            throw MediaError.decodingFailed(source: "stream", reason: ffmpegMessage(code))
        }
        return copy
    }
}

// MARK: - The codec's name

extension StreamParameters {
    /// The codec as MIME types name it (RFC 6381): `avc1.64001F`, `hvc1.1.6.L93.B0`; nil for what MP4 in browsers
    /// doesn't know.
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
        } else if let sps = NALUnits.annexB(bytes).first(where: { ($0.first ?? 0) & 0x1F == 7 }), sps.count > 3 {
            found = Array(sps[(sps.startIndex + 1)...(sps.startIndex + 3)])
        }
        if found == nil, video.pointee.profile > 0, video.pointee.level > 0 {
            found = [
                UInt8(truncatingIfNeeded: video.pointee.profile), 0, UInt8(truncatingIfNeeded: video.pointee.level),
            ]
        }
        return found.map { "avc1." + $0.hexadecimal.uppercased() }
    }

    /// ISO/IEC 14496-15, annex E, with the values that nearly all cameras have where the stream isn't asked:
    /// progressive, no other constraints.
    private var hevc: String? {
        let profile = video.pointee.profile > 0 ? video.pointee.profile : 1
        let level = video.pointee.level > 0 ? video.pointee.level : 93
        let compatibility = profile == 2 ? "4" : "6"
        return "hvc1.\(profile).\(compatibility).L\(level).B0"
    }
}
