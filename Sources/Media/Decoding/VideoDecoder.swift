internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Turns packets into frames; one owner, one thread. Decoding may begin at any key frame.
///
/// Frames come as they are shown: with square pixels, and turned as the source says. What the decoder had to make up,
/// and all that is predicted from it, is marked as damaged, up to the next key frame that is whole: there it begins
/// afresh.
public final class VideoDecoder {
    /// What frames become.
    enum Output {
        /// As they are shown.
        case shown
        /// As they are stored: other pixel shapes and turns are left to who shows them.
        case stored
    }

    /// The stream that this decoder is for; packets with other parameters need a decoder of their own.
    public let parameters: StreamParameters
    /// Packets that could not be decoded; the rest went on.
    public private(set) var damagedPackets = 0
    /// Frames handed on that were marked as damaged.
    public private(set) var damagedFrames = 0
    /// With a device only once it has given a frame.
    private(set) var method = DecodingMethod.software
    /// The device gave no frame where it should have: another decoder goes on from the next key frame.
    private(set) var hasDeviceFailed = false

    /// Whether what comes next can be believed.
    private enum Condition {
        /// The next packet is the first.
        case fresh
        /// Frames before this time, which follow the first key frame when decoded, may refer to what was never seen.
        case leading(before: MediaTime)
        case sound
        case damaged
    }

    private let context: UnsafeMutablePointer<AVCodecContext>
    private let received: UnsafeMutablePointer<AVFrame>
    /// A frame that a device decoded, in memory; nil in software.
    private let fetched: UnsafeMutablePointer<AVFrame>?
    private var device: DecodingDevice?
    /// What the decoder says about damage while it works.
    private let complaints: OpaquePointer
    private let output: Output
    private let step: Int64
    private let converter = FrameConverter()
    private var condition = Condition.fresh
    private var references: ReferenceFrames?
    /// Of the leading frames some is damaged.
    private var hasDamagedLead: MediaTime?
    /// The packet fed last: gives frames their epoch and date.
    private var lastPacket: (pts: MediaTime, date: Date)?
    private var lastFramePTS: Int64?
    /// Frames up to this one are not handed on.
    private var handedOn: MediaTime?
    /// Of the next frame that is handed on.
    private var continuity = VideoFrame.Continuity.next

    /// - Parameter threads: 1 decodes with the least delay and memory: right for many cameras.
    /// - Throws: `MediaError.unsupportedCodec`, `MediaError.decodingFailed`.
    public convenience init(_ parameters: StreamParameters, threads: Int = 1) throws {
        try self.init(parameters, threads: threads, output: .shown)
    }

    /// - Parameter devices: The first one that there is and that knows the codec decodes what it can; without, software does.
    init(
        _ parameters: StreamParameters, threads: Int = 1, output: Output = .shown, devices: [DecodingDevice] = []
    ) throws {
        FFmpegLog.silence()
        self.parameters = parameters
        self.output = output
        references = ReferenceFrames(parameters)
        step = Ticks.frameDuration(framesPerSecond: parameters.info.framesPerSecond)
        let name = parameters.info.codecName
        guard let codec = avcodec_find_decoder(parameters.video.pointee.codec_id) else {
            throw MediaError.unsupportedCodec(source: "video", codec: name)
        }
        var frame = av_frame_alloc()
        var copy = devices.isEmpty ? nil : av_frame_alloc()
        var made = avcodec_alloc_context3(codec)
        var damage: OpaquePointer?
        do {
            guard let received = frame, let context = made, let complaints = aw_damage_make(context) else {
                throw MediaError.decodingFailed(source: name, reason: "out of memory")
            }
            damage = complaints
            var code = avcodec_parameters_to_context(context, parameters.video)
            context.pointee.pkt_timebase = timeBase90k
            context.pointee.thread_count = Int32(max(1, min(threads, 64)))
            // Frame threads would hold frames back.
            context.pointee.thread_type = FF_THREAD_SLICE
            if copy != nil { (device, method) = Self.open(devices, for: context) }
            if code >= 0 { code = avcodec_open2(context, codec, nil) }
            guard code >= 0 else { throw MediaError.decodingFailed(source: name, reason: ffmpegMessage(code)) }
            self.context = context
            self.received = received
            fetched = copy
            self.complaints = complaints
        } catch {
            avcodec_free_context(&made)
            av_frame_free(&frame)
            av_frame_free(&copy)
            if let damage { av_free(UnsafeMutableRawPointer(damage)) }
            throw error
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
        var frame: UnsafeMutablePointer<AVFrame>? = received
        av_frame_free(&frame)
        frame = fetched
        av_frame_free(&frame)
        av_free(UnsafeMutableRawPointer(complaints))
    }

    /// Gives the decoder the first device that there is.
    private static func open(
        _ devices: [DecodingDevice], for context: UnsafeMutablePointer<AVCodecContext>
    ) -> (DecodingDevice?, DecodingMethod) {
        var reasons: [String] = []
        for device in devices {
            let code = aw_use_device(context, device.type)
            guard code < 0 else { return (device, .softwareInstead(reason: "\(device.rawValue) is not used yet")) }
            reasons.append("\(device.rawValue): \(ffmpegMessage(code))")
        }
        return (nil, .softwareInstead(reason: reasons.joined(separator: ", ")))
    }

    // MARK: - Packets

    /// Feeds a packet and hands on the frames that are ready, in the order in which they are shown. Sound and packets
    /// that can't be decoded give none.
    public func decode(_ packet: Packet, _ body: (VideoFrame) throws -> Void) throws {
        guard packet.isVideo else { return }
        if packet.isKeyFrame, case .damaged = condition {
            // What it has not handed on yet is predicted from damage; from here on nothing is. Times go on rising.
            avcodec_send_packet(context, nil)
            try drain(body)
            let last = lastFramePTS, seen = handedOn
            reset()
            (lastFramePTS, handedOn) = (last, seen)
        }
        lastPacket = (packet.pts, packet.date)
        let isReferenceMissing =
            references?.take(UnsafeBufferPointer(start: packet.packet.pointee.data, count: packet.byteCount)) ?? false
        var code = avcodec_send_packet(context, packet.packet)
        if code == aw_error_again {
            try drain(body)
            code = avcodec_send_packet(context, packet.packet)
        }
        // A packet of messages alone, without a frame, is refused too.
        let isLost = code < 0 && parameters.mayHoldFrame(packet)
        if isLost { damagedPackets += 1 }
        judge(packet, isLost: isLost, isReferenceMissing: isReferenceMissing)
        try drain(body)
    }

    /// Hands on the frames that the decoder has not given yet; it can be fed from a key frame again.
    public func flush(_ body: (VideoFrame) throws -> Void) throws {
        avcodec_send_packet(context, nil)
        try drain(body)
        reset()
    }

    /// Forgets what was fed: the next packet must be a key frame.
    public func reset() {
        avcodec_flush_buffers(context)
        lastFramePTS = nil
        condition = .fresh
        references?.reset()
        hasDamagedLead = nil
        handedOn = nil
        continuity = .next
        _ = aw_damage_lost_references(complaints)
        _ = aw_damage_concealed(complaints)
    }

    /// As ``reset()``, after packets that were left out.
    /// - Parameter seen: Frames up to this one are not handed on again, nor what is shown before the next key frame when it
    ///   is the one before it.
    func reset(after seen: MediaTime) {
        reset()
        handedOn = seen
        continuity = .resumed
    }

    /// Decodes a key frame for itself; what was fed before is forgotten, and it is afterwards. Edges between blocks are not
    /// smoothed (the loop filter), which nobody sees in a reduced frame.
    func decodeAlone(_ packet: Packet, _ body: (VideoFrame) throws -> Void) throws {
        reset()
        context.pointee.skip_loop_filter = AVDISCARD_ALL
        defer { context.pointee.skip_loop_filter = AVDISCARD_DEFAULT }
        continuity = .alone
        try decode(packet, body)
        try flush(body)
    }

    /// What a packet says about itself, and the decoder about it, changes what can be believed from here on.
    private func judge(_ packet: Packet, isLost: Bool, isReferenceMissing: Bool) {
        let lostReferences = aw_damage_lost_references(complaints) > 0 || isReferenceMissing
        let isConcealed = aw_damage_concealed(complaints) > 0
        let isBroken = isConcealed || isLost || packet.packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0
        switch condition {
        case .damaged: return
        case .fresh:
            // A key frame refers to nothing, whatever the decoder misses.
            condition = isBroken ? .damaged : .leading(before: packet.pts)
        case .leading(let start) where packet.pts < start:
            if isBroken || lostReferences { hasDamagedLead = start }
        case .leading, .sound:
            condition = isBroken || lostReferences && !packet.isKeyFrame ? .damaged : .sound
        }
    }

    // MARK: - Frames

    private func drain(_ body: (VideoFrame) throws -> Void) throws {
        while true {
            let code = avcodec_receive_frame(context, received)
            if code == aw_error_again || code == aw_error_end { return }
            guard code >= 0 else {
                damagedPackets += 1
                condition = .damaged
                return
            }
            guard fetch(), let frame = try take() else { continue }
            if let handedOn, frame.time <= handedOn { continue }
            continuity = .next
            if frame.isDamaged { damagedFrames += 1 }
            try body(frame)
        }
    }

    /// Brings a frame that a device decoded into memory, and notes who decoded it.
    /// - Returns: false when that failed; the stream is damaged then.
    private func fetch() -> Bool {
        guard let device, let fetched else { return true }
        let code = aw_fetch(received, fetched)
        switch code {
        case 0:
            method = .softwareInstead(reason: "\(device.rawValue) can't decode this stream")
        case 1:
            method = .device(device)
            av_frame_unref(received)
            av_frame_move_ref(received, fetched)
        default:
            method = .softwareInstead(reason: "\(device.rawValue): \(ffmpegMessage(code))")
            hasDeviceFailed = true
            condition = .damaged
            damagedPackets += 1
            av_frame_unref(received)
            return false
        }
        return true
    }

    /// The received frame as one of our own.
    private func take() throws -> VideoFrame? {
        defer { av_frame_unref(received) }
        guard received.pointee.width > 0, received.pointee.height > 0, let lastPacket else { return nil }
        let stamp = Ticks.checked(received.pointee.best_effort_timestamp) ?? Ticks.checked(received.pointee.pts)
        // Frames leave in the order in which they are shown, so their times rise.
        var pts = stamp ?? lastFramePTS.map { $0 + step } ?? lastPacket.pts.pts90k
        if let lastFramePTS, pts <= lastFramePTS { pts = lastFramePTS + 1 }
        lastFramePTS = pts
        let time = MediaTime(epoch: lastPacket.pts.epoch, pts90k: pts)
        if received.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 || received.pointee.decode_error_flags != 0 {
            condition = .damaged
        }
        let later = Double(Ticks.difference(pts, lastPacket.pts.pts90k)) / MediaTime.unitsPerSecond
        return VideoFrame(
            adopting: try shownFrame(), time: time, date: lastPacket.date + later, isDamaged: isDamaged(at: time),
            continuity: continuity)
    }

    private func isDamaged(at time: MediaTime) -> Bool {
        if case .damaged = condition { return true }
        return hasDamagedLead.map { time < $0 } ?? false
    }

    /// The received frame in the wanted form; the caller owns it.
    private func shownFrame() throws -> UnsafeMutablePointer<AVFrame> {
        let stored = FrameSize(width: Int(received.pointee.width), height: Int(received.pointee.height))
        var shape = FrameShape()
        if output == .shown {
            shape.pixelAspect =
                parameters.shape.pixelAspect ?? FrameShape.aspect(received.pointee.sample_aspect_ratio)
            shape.orientation = parameters.shape.orientation ?? Self.orientation(of: received)
        }
        let size = shape.squared(stored)
        var frame: UnsafeMutablePointer<AVFrame>
        if size == stored, FrameConverter.isPlanar420(received.pointee.format) {
            guard let moved = av_frame_alloc() else {
                throw MediaError.decodingFailed(source: parameters.info.codecName, reason: "out of memory")
            }
            av_frame_move_ref(moved, received)
            frame = moved
        } else {
            frame = try converter.planar420(received, size: size)
        }
        if let orientation = shape.orientation, orientation != .upright {
            let lying = frame
            defer {
                var freed: UnsafeMutablePointer<AVFrame>? = lying
                av_frame_free(&freed)
            }
            frame = try converter.turned(lying, orientation)
        }
        return frame
    }

    /// What the frame's own messages say about its turn (an H.264 or H.265 message, Exif in MJPEG).
    private static func orientation(of frame: UnsafeMutablePointer<AVFrame>) -> FrameOrientation? {
        guard let side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX), side.pointee.size >= 36,
            let data = side.pointee.data
        else { return nil }
        return data.withMemoryRebound(to: Int32.self, capacity: 9) { FrameOrientation(displayMatrix: $0) }
    }
}

/// Decodes a camera's or file's packets one after the other, whose parameters may change on the way. One owner, one
/// thread.
public final class StreamDecoder {
    private let threads: Int
    private var devices: [DecodingDevice]
    private var decoder: VideoDecoder?
    private var damagedBefore = 0
    /// Why a device was given up.
    private var failure: DecodingMethod?

    /// - Parameter devices: What may decode beside the processor, the best first.
    public init(threads: Int = 1, devices: [DecodingDevice] = []) {
        self.threads = threads
        self.devices = devices
    }

    /// How the stream is decoded; nil before the first packet.
    public var method: DecodingMethod? { failure ?? decoder?.method }

    /// Frames that were marked as damaged, and packets that gave none because they could not be decoded.
    public var damagedFrames: Int {
        damagedBefore + (decoder.map { $0.damagedFrames + $0.damagedPackets } ?? 0)
    }

    /// Whether the next packet is the first of another stream.
    public func isNew(_ parameters: StreamParameters) -> Bool { decoder?.parameters !== parameters }

    /// Feeds a packet and hands on the frames that are ready, in the order in which they are shown.
    /// - Throws: `MediaError`, and what `body` throws.
    public func decode(_ item: RingItem, _ body: (VideoFrame) throws -> Void) throws {
        guard item.packet.isVideo else { return }
        let hasDeviceFailed = item.packet.isKeyFrame && decoder?.hasDeviceFailed ?? false
        if hasDeviceFailed {
            // It would fail again; from a key frame on nothing is missing.
            failure = decoder?.method
            devices = []
        }
        if isNew(item.parameters) || hasDeviceFailed {
            try flush(body)
            let fresh = try VideoDecoder(item.parameters, threads: threads, devices: devices)
            damagedBefore = damagedFrames
            decoder = fresh
        }
        try decoder?.decode(item.packet, body)
    }

    /// Hands on the frames that were not given yet; the next packet must be a key frame.
    public func flush(_ body: (VideoFrame) throws -> Void) throws { try decoder?.flush(body) }

    /// Forgets what was fed: the next packet must be a key frame.
    public func reset() { decoder?.reset() }

    /// As ``reset()``, after packets that were left out; frames up to `seen` are not handed on (again).
    func reset(after seen: MediaTime) { decoder?.reset(after: seen) }

    /// Decodes a key frame for itself; what was fed before is forgotten, and it is afterwards.
    /// - Throws: `MediaError`, and what `body` throws.
    func decodeAlone(_ item: RingItem, _ body: (VideoFrame) throws -> Void) throws {
        guard !isNew(item.parameters) else { return }
        try decoder?.decodeAlone(item.packet, body)
    }

    /// Decodes what `next` gives, until it gives nil or `isDone` says that a frame was enough.
    static func run(_ next: () throws -> RingItem?, until isDone: (VideoFrame) throws -> Bool) throws {
        let decoder = StreamDecoder()
        var hasEnough = false
        func take(_ frame: VideoFrame) throws { if !hasEnough { hasEnough = try isDone(frame) } }
        while !hasEnough, let item = try next() { try decoder.decode(item, take) }
        if !hasEnough { try decoder.flush(take) }
    }
}
