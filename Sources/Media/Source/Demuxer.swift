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
    /// The last ones of a stream whose packets come without them.
    private var announcedSets: Data?
    private let units: NALUnits?
    private let isMJPEG: Bool
    /// Of the shown frame, width by height; nil shows it as the source says.
    private let displayAspect: Double?
    /// As the container says, or else the frames' own messages.
    private let containerOrientation: FrameOrientation?
    private var announcedOrientation: FrameOrientation?
    private var endTicks: Int64 = 0
    /// The length that an AVI's header states, in seconds; what FFmpeg says of one that is cut short is guessed from
    /// its bytes.
    private let statedSeconds: Double?

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
        let duration = Double(context.pointee.duration) / Double(AV_TIME_BASE)
        let stored = FrameSize(width: Int(parameters.pointee.width), height: Int(parameters.pointee.height))
        displayAspect = FrameShape.plausible(options.displayAspect)
        containerOrientation = Self.orientation(of: stream)
        statedSeconds =
            input.formatName == "avi" && stream.pointee.nb_frames > 0
            ? Double(stream.pointee.nb_frames) * av_q2d(stream.pointee.time_base) : nil
        let shape = Self.shape(
            of: stored, aspect: displayAspect,
            stream: FrameShape.aspect(av_guess_sample_aspect_ratio(context, stream, nil)), containerOrientation)
        info = StreamInfo(
            codecName: String(cString: avcodec_get_name(parameters.pointee.codec_id)), frameSize: shape.shown(stored),
            framesPerSecond: rate.isFinite && rate >= 0.1 && rate <= 240 ? rate : 25, hasAudio: audio >= 0,
            durationSeconds: input.isLive || context.pointee.duration == aw_no_timestamp || duration <= 0
                ? nil : duration, storedSize: stored)
        let audioParameters = audioIndex.flatMap { context.pointee.streams[Int($0)]?.pointee.codecpar }
        streamParameters = try StreamParameters(
            info: info, video: parameters, audio: audioParameters.map { UnsafePointer($0) }, shape: shape)
        let mode: TimestampNormalizer.Mode = input.formatName == "mpjpeg" ? .arrival : input.isLive ? .live : .file
        normalizer = TimestampNormalizer(
            mode: mode, framesPerSecond: info.framesPerSecond, reorderFrames: Int(parameters.pointee.video_delay))
        fileDate = clock.now()
        isMJPEG = parameters.pointee.codec_id == AV_CODEC_ID_MJPEG
        watcher = ParameterSetWatcher(parameters)
        units = NALUnits(parameters)
        if watcher != nil, parameters.pointee.extradata_size > 0 {
            parameterSets = ParameterSets(Data(streamParameters.extradata), isHEVC: units?.isHEVC ?? false)
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
            let pts = Self.ticks(packet.pointee.pts, timeBase), dts = Self.ticks(packet.pointee.dts, timeBase)
            // A packet that lasts hours is a mistake of who wrote it.
            let longest = 3600 * Ticks.perSecond
            let duration = min(longest, Self.ticks(max(0, packet.pointee.duration), timeBase) ?? 0)
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
            if isVideo {
                let frame = Ticks.frameDuration(framesPerSecond: info.framesPerSecond)
                endTicks = max(endTicks, Ticks.sum(times.pts, duration > 0 ? duration : frame))
            }
            owned = nil
            return Packet(
                adopting: packet, isVideo: isVideo, epoch: epoch,
                date: date(times, arrivalSeconds: arrival, isVideo: isVideo))
        }
    }

    /// Where a file breaks off; nil for one that is whole, and for live streams. To be asked at the end.
    public var fileBreak: FileBreak? {
        guard !input.isLive, let path = input.path, FileBreak.isCutShort(path) else { return nil }
        let end = Double(endTicks) / MediaTime.unitsPerSecond
        // Some formats state no length, and it is guessed from what is there.
        let expected = [info.durationSeconds, statedSeconds].compactMap { $0 }.max().flatMap {
            $0 > end + 0.1 ? $0 : nil
        }
        return FileBreak(path: path, endSeconds: end, expectedSeconds: expected)
    }

    /// In 1/90,000 s; nil for none, and for what can't be a time.
    private static func ticks(_ value: Int64, _ timeBase: AVRational) -> Int64? {
        guard value != aw_no_timestamp, timeBase.num > 0, timeBase.den > 0 else { return nil }
        return Ticks.checked(av_rescale_q(value, timeBase, timeBase90k))
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
        try noticeParameterSets(in: packet)
        try noticeTurn(in: packet)
    }

    /// The frame itself says how it is turned, where the container doesn't.
    private func noticeTurn(in packet: UnsafeMutablePointer<AVPacket>) throws {
        guard containerOrientation == nil, let units,
            let orientation = units.orientation(
                UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))),
            orientation != (announcedOrientation ?? .upright)
        else { return }
        announcedOrientation = orientation
        try change(to: streamParameters.video, size: info.storedSize)
    }

    private func noticeParameterSets(in packet: UnsafeMutablePointer<AVPacket>) throws {
        var count = 0
        let announced = av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, &count)
            .flatMap { count > 0 ? Data(bytes: $0, count: count) : nil }
        guard var found = announced ?? watcher?.parameterSets(in: packet) else { return }
        if watcher != nil {
            if parameterSets?.take(found) == false { return }
            let known = parameterSets ?? ParameterSets(found, isHEVC: units?.isHEVC ?? false)
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
        try change(
            to: changed, size: watcher?.frameSize(of: packet) ?? Self.frameSize(of: changed) ?? info.storedSize)
    }

    /// From here on the packets are of another stream.
    private func change(to parameters: UnsafeMutablePointer<AVCodecParameters>, size: FrameSize) throws {
        guard let width = Int32(exactly: size.width), let height = Int32(exactly: size.height) else { return }
        parameters.pointee.width = width
        parameters.pointee.height = height
        let shape = Self.shape(
            of: size, aspect: displayAspect, stream: FrameShape.aspect(parameters.pointee.sample_aspect_ratio),
            containerOrientation ?? announcedOrientation)
        info.storedSize = size
        info.frameSize = shape.shown(size)
        let audio = audioIndex.flatMap { input.context.pointee.streams[Int($0)]?.pointee.codecpar }
        streamParameters = try StreamParameters(
            info: info, video: parameters, audio: audio.map { UnsafePointer($0) }, shape: shape)
    }

    /// What applies to frames of this size: the settings' shape before the stream's.
    private static func shape(
        of stored: FrameSize, aspect: Double?, stream: Double?, _ orientation: FrameOrientation?
    ) -> FrameShape {
        let lying = aspect.map { orientation?.swapsSides == true ? 1 / $0 : $0 }
        let own = FrameShape(aspect: lying, of: stored).pixelAspect
        return FrameShape(pixelAspect: own ?? stream, orientation: orientation)
    }

    private static func orientation(of stream: UnsafeMutablePointer<AVStream>) -> FrameOrientation? {
        var bytes = 0
        guard let data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes), bytes >= 36 else {
            return nil
        }
        return data.withMemoryRebound(to: Int32.self, capacity: 9) { FrameOrientation(displayMatrix: $0) }
    }

    /// Each frame of an MJPEG stream says its size itself.
    private func noticeOtherSize(in packet: UnsafeMutablePointer<AVPacket>) throws {
        let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
        guard let size = JPEGHeader.frameSize(bytes), size != info.storedSize,
            let parameters = avcodec_parameters_alloc()
        else { return }
        var freed: UnsafeMutablePointer<AVCodecParameters>? = parameters
        defer { avcodec_parameters_free(&freed) }
        guard avcodec_parameters_copy(parameters, streamParameters.video) >= 0 else { return }
        try change(to: parameters, size: size)
    }

    /// The frame size in a configuration record: opening a decoder reads it.
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
