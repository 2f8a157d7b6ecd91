internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Reads compressed packets from a file or stream, with times put right. Blocks: keep it on a thread of its own.
public final class Demuxer {
    public private(set) var info: StreamInfo
    /// Of the packets read from now on; another object when the stream changes.
    public private(set) var streamParameters: StreamParameters
    /// A camera, as opposed to a recording.
    public var isLive: Bool { input.isLive }

    private let input: InputContext
    private let epoch: Int
    private let clock: any WallClock
    private let videoIndex: Int32
    private let audioIndex: Int32?
    private var normalizer: TimestampNormalizer
    private var smoother = ArrivalSmoother()
    private let fileDate: Date
    private let watcher: ParameterSetWatcher?
    private var parameterSets: ParameterSets?
    /// The last ones of a stream whose packets don't hold them.
    private var announcedSets: Data?
    private let isHEVC: Bool
    private let isMJPEG: Bool

    /// Connects or opens.
    /// - Parameters:
    ///   - epoch: For the packets' times: counts the connections of a camera.
    ///   - cancellation: From another thread, ends whatever blocks.
    /// - Throws: `MediaError`.
    public init(
        _ options: SourceOptions, epoch: Int = 0, clock: any WallClock = SystemClock(),
        cancellation: Cancellation = Cancellation()
    ) throws {
        let input = try InputContext(options, clock: clock, cancellation: cancellation)
        self.input = input
        self.epoch = epoch
        self.clock = clock
        let context = input.context
        let video = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard video >= 0, let stream = context.pointee.streams[Int(video)], let parameters = stream.pointee.codecpar,
            stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        else { throw MediaError.noVideoStream(source: input.source) }
        guard parameters.pointee.width > 0, parameters.pointee.height > 0 else {
            throw avcodec_find_decoder(parameters.pointee.codec_id) == nil
                ? MediaError.unsupportedCodec(
                    source: input.source, codec: String(cString: avcodec_get_name(parameters.pointee.codec_id)))
                : MediaError.notAVideo(source: input.source)
        }
        videoIndex = video
        let audio =
            options.keepAudio ? av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, video, nil, 0) : -1
        audioIndex = audio >= 0 ? audio : nil
        for index in 0..<Int32(bitPattern: context.pointee.nb_streams) where index != video && index != audio {
            context.pointee.streams[Int(index)]?.pointee.discard = AVDISCARD_ALL
        }
        let rate = av_q2d(av_guess_frame_rate(context, stream, nil))
        let duration = context.pointee.duration
        info = StreamInfo(
            codecName: String(cString: avcodec_get_name(parameters.pointee.codec_id)),
            frameSize: FrameSize(width: Int(parameters.pointee.width), height: Int(parameters.pointee.height)),
            framesPerSecond: rate.isFinite && rate >= 0.1 && rate <= 240 ? rate : 25, hasAudio: audio >= 0,
            durationSeconds: input.isLive || duration == aw_no_timestamp || duration <= 0
                ? nil : Double(duration) / Double(AV_TIME_BASE))
        let audioParameters = audioIndex.flatMap { context.pointee.streams[Int($0)]?.pointee.codecpar }
        streamParameters = try StreamParameters(
            info: info, video: parameters, audio: audioParameters.map { UnsafePointer($0) })
        let mode: TimestampNormalizer.Mode = input.formatName == "mpjpeg" ? .arrival : input.isLive ? .live : .file
        normalizer = TimestampNormalizer(
            mode: mode, framesPerSecond: info.framesPerSecond, reorderFrames: Int(parameters.pointee.video_delay))
        fileDate = clock.now()
        isMJPEG = parameters.pointee.codec_id == AV_CODEC_ID_MJPEG
        watcher = ParameterSetWatcher(parameters)
        isHEVC = parameters.pointee.codec_id == AV_CODEC_ID_HEVC
        if watcher != nil, parameters.pointee.extradata_size > 0 {
            parameterSets = ParameterSets(Data(streamParameters.extradata), isHEVC: isHEVC)
        }
    }

    /// The next packet.
    /// - Returns: nil at the end of a file.
    /// - Throws: `MediaError`: a live stream that ends is `disconnected`, one that falls silent `timedOut`.
    public func read() throws -> Packet? {
        while true {
            guard let packet = av_packet_alloc() else {
                throw MediaError.decodingFailed(source: input.source, reason: "out of memory")
            }
            var owned: UnsafeMutablePointer<AVPacket>? = packet
            defer { av_packet_free(&owned) }
            guard try input.read(into: packet) else { return nil }
            let arrival = clock.monotonicSeconds()
            let isVideo = packet.pointee.stream_index == videoIndex
            guard isVideo || packet.pointee.stream_index == audioIndex, packet.pointee.size > 0,
                let stream = input.context.pointee.streams[Int(packet.pointee.stream_index)],
                av_packet_make_refcounted(packet) >= 0
            else { continue }
            let timeBase = stream.pointee.time_base
            let pts = packet.pointee.pts.timestamp.map { av_rescale_q($0, timeBase, timeBase90k) }
            let dts = packet.pointee.dts.timestamp.map { av_rescale_q($0, timeBase, timeBase90k) }
            let duration = av_rescale_q(max(0, packet.pointee.duration), timeBase, timeBase90k)
            let times: TimestampNormalizer.Times
            if isVideo {
                if packet.pointee.flags & AV_PKT_FLAG_KEY != 0 { try noticeChange(in: packet) }
                times = normalizer.video(pts: pts, dts: dts, arrivalSeconds: arrival)
            } else {
                guard normalizer.knowsOrigin else { continue }
                times = normalizer.audio(pts: pts, duration: duration, arrivalSeconds: arrival)
            }
            packet.pointee.pts = times.pts
            packet.pointee.dts = times.dts
            packet.pointee.duration = duration
            packet.pointee.stream_index = isVideo ? 0 : 1
            packet.pointee.pos = -1
            owned = nil
            return Packet(
                adopting: packet, isVideo: isVideo, epoch: epoch,
                date: date(times, arrivalSeconds: arrival, isVideo: isVideo))
        }
    }

    private func date(_ times: TimestampNormalizer.Times, arrivalSeconds: Double, isVideo: Bool) -> Date {
        let seconds = Double(times.pts) / MediaTime.unitsPerSecond
        guard input.isLive else { return fileDate + seconds }
        let decoded = Double(times.dts) / MediaTime.unitsPerSecond
        let smoothed =
            isVideo ? smoother.arrival(mediaSeconds: decoded, arrivalSeconds: arrivalSeconds) : arrivalSeconds
        // By way of the distance to now, so that the date follows a clock that is set.
        return clock.now() - (arrivalSeconds - smoothed) + (seconds - decoded)
    }

    /// A key packet with other parameter sets: the stream's parameters change with it.
    private func noticeChange(in packet: UnsafeMutablePointer<AVPacket>) throws {
        if isMJPEG { return try noticeOtherSize(in: packet) }
        var count = 0
        let announced = av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, &count)
            .flatMap { count > 0 ? Data(bytes: $0, count: count) : nil }
        guard var found = announced ?? watcher?.parameterSets(in: packet) else { return }
        if watcher != nil {
            if parameterSets?.take(found) == false { return }
            let known = parameterSets ?? ParameterSets(found, isHEVC: isHEVC)
            parameterSets = known
            found = known.annexB
        } else if found == announcedSets {
            return
        }
        announcedSets = announced
        guard let parameters = input.context.pointee.streams[Int(videoIndex)]?.pointee.codecpar,
            var copy = Optional(avcodec_parameters_alloc())
        else { return }
        defer { avcodec_parameters_free(&copy) }
        guard avcodec_parameters_copy(copy, parameters) >= 0, let changed = copy,
            let memory = av_mallocz(found.count + Int(AV_INPUT_BUFFER_PADDING_SIZE))
        else { return }
        found.withUnsafeBytes {
            memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: $0.count)
        }
        av_freep(&changed.pointee.extradata)
        changed.pointee.extradata = memory.assumingMemoryBound(to: UInt8.self)
        changed.pointee.extradata_size = Int32(found.count)
        if let size = watcher?.frameSize(of: packet) ?? Self.frameSize(of: changed) {
            changed.pointee.width = Int32(size.width)
            changed.pointee.height = Int32(size.height)
            info.frameSize = size
        }
        let audio = audioIndex.flatMap { input.context.pointee.streams[Int($0)]?.pointee.codecpar }
        streamParameters = try StreamParameters(info: info, video: changed, audio: audio.map { UnsafePointer($0) })
    }

    /// Each picture of an MJPEG stream says its size itself.
    private func noticeOtherSize(in packet: UnsafeMutablePointer<AVPacket>) throws {
        let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
        guard let size = JPEGHeader.frameSize(bytes), size != info.frameSize,
            let parameters = avcodec_parameters_alloc()
        else { return }
        var freed: UnsafeMutablePointer<AVCodecParameters>? = parameters
        defer { avcodec_parameters_free(&freed) }
        guard avcodec_parameters_copy(parameters, streamParameters.video) >= 0 else { return }
        parameters.pointee.width = Int32(size.width)
        parameters.pointee.height = Int32(size.height)
        info.frameSize = size
        streamParameters = try StreamParameters(
            info: info, video: parameters, audio: streamParameters.audio.map { UnsafePointer($0) })
    }

    /// The picture size in a configuration record: opening a decoder reads it.
    private static func frameSize(of parameters: UnsafePointer<AVCodecParameters>) -> FrameSize? {
        guard let codec = avcodec_find_decoder(parameters.pointee.codec_id) else { return nil }
        var context = avcodec_alloc_context3(codec)
        defer { avcodec_free_context(&context) }
        guard let opened = context, avcodec_parameters_to_context(opened, parameters) >= 0 else { return nil }
        opened.pointee.width = 0
        opened.pointee.height = 0
        guard avcodec_open2(opened, codec, nil) >= 0, opened.pointee.width > 0, opened.pointee.height > 0 else {
            return nil
        }
        return FrameSize(width: Int(opened.pointee.width), height: Int(opened.pointee.height))
    }
}
