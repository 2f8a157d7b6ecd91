internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Writes packets into a fragmented MP4 as they are, without re-encoding; only MJPEG, which no player takes from an
/// MP4, is encoded to H.264. Blocks on the disk: one owner, on a thread of its own.
///
/// Fragments are at most a second long and are on disk when written, so that a crash or power cut costs no more. The
/// file begins with the first key frame it is given. Sound is kept when MP4 can have it (AAC, Opus, MP3).
public final class ClipMuxer {
    /// Of the packets that come in.
    public let parameters: StreamParameters
    /// The stream's sound can't be put into this file and is left out.
    public let dropsAudio: Bool
    /// The first frame's time; nil until there is one.
    public private(set) var start: MediaTime?
    /// The time of day of the first frame.
    public private(set) var startDate: Date?
    /// From the first frame to the end of the last.
    public private(set) var durationSeconds = 0.0
    /// Bytes that a crash can't take any more.
    public var bytesOnDisk: Int64 { file.bytesOnDisk }
    /// The last frame that a crash can't take any more, by its decoding time; nil while there is none. Frames of the
    /// fragment that has just begun are in memory alone.
    public private(set) var onDisk: MediaTime?

    /// While true, fragments are written and not waited for: for the backlog of a pre-roll, until ``catchUp()``.
    public private(set) var isBehind: Bool

    /// Below a second, so that with the frame that closes it a fragment still is at most one.
    private static let fragmentMicroseconds = "850000"

    private let file: FragmentFile
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let hasAudio: Bool
    private let encoder: ClipEncoder?
    private let packet: UnsafeMutablePointer<AVPacket>
    /// Decoding time of the first packet.
    private var origin: Int64 = 0
    private var lastDTS: (video: Int64, audio: Int64) = (.min, .min)
    private var isClosed = false
    /// The last frame that was given to the muxer, and the last one that is in a whole fragment.
    private var lastFrame: MediaTime?
    private var lastInFragment: MediaTime?

    /// Creates the file and writes its header.
    /// - Parameter isBehind: A backlog is to be written first.
    /// - Throws: `FileFailure` when the disk refuses; `MediaError.encodingFailed` when MP4 can't hold the codec.
    public init(
        path: URL, parameters: StreamParameters, fileSystem: any ClipFileSystem = LocalFileSystem(),
        isBehind: Bool = false
    ) throws {
        self.isBehind = isBehind
        FFmpegLog.silence()
        self.parameters = parameters
        encoder = ClipEncoder.isNeeded(parameters) ? try ClipEncoder(parameters) : nil
        let keepsAudio = parameters.audio.map { Self.isHoldable($0) } ?? false
        hasAudio = keepsAudio
        dropsAudio = parameters.audio != nil && !keepsAudio
        file = try FragmentFile(path: path.path(percentEncoded: false), fileSystem: fileSystem)
        var made: UnsafeMutablePointer<AVFormatContext>?
        avformat_alloc_output_context2(&made, nil, "mp4", nil)
        guard let context = made, let packet = av_packet_alloc() else {
            avformat_free_context(made)
            throw MediaError.encodingFailed(reason: "no MP4 writer")
        }
        self.context = context
        self.packet = packet
        context.pointee.pb = file.output.io
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        try parameters.describe(newStream(), as: encoder.map { UnsafePointer($0.parameters.video) })
        if keepsAudio, let audio = parameters.audio {
            let stream = try newStream()
            guard avcodec_parameters_copy(stream.pointee.codecpar, audio) >= 0 else {
                throw MediaError.encodingFailed(reason: "out of memory")
            }
            stream.pointee.codecpar.pointee.codec_tag = 0
            stream.pointee.time_base = timeBase90k
        }
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "movflags", "empty_moov+default_base_moof", 0)
        av_dict_set(&options, "frag_duration", Self.fragmentMicroseconds, 0)
        av_dict_set(&options, "flush_packets", "1", 0)
        let code = avformat_write_header(context, &options)
        guard code >= 0 else { throw MediaError.encodingFailed(reason: "MP4 header: \(ffmpegMessage(code))") }
        try file.commit()
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
        context.pointee.pb = nil
        avformat_free_context(context)
    }

    /// Adds a packet; those before the first key frame are left out.
    /// - Throws: `FileFailure` when the disk refuses; the file is as it was after the last fragment.
    public func write(_ source: Packet) throws {
        if let encoder, source.isVideo {
            guard !isClosed else { return }
            try encoder.encode(source, mux)
        } else {
            try mux(source)
        }
    }

    private func mux(_ source: Packet) throws {
        guard !isClosed, source.isVideo || hasAudio else { return }
        if start == nil {
            guard source.isKeyFrame else { return }
            start = source.pts
            startDate = source.date
            origin = source.time.pts90k
        }
        guard let start, source.time.epoch == start.epoch, source.isVideo || source.time.pts90k >= origin else {
            return
        }
        guard av_packet_ref(packet, source.packet) >= 0 else {
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        defer { av_packet_unref(packet) }
        let index = source.isVideo ? 0 : 1
        guard let stream = context.pointee.streams[index] else { return }
        packet.pointee.stream_index = Int32(index)
        packet.pointee.dts = Ticks.difference(packet.pointee.dts, origin)
        packet.pointee.pts = max(Ticks.difference(packet.pointee.pts, origin), packet.pointee.dts)
        if source.isVideo {
            let length =
                source.durationSeconds > 0 ? source.durationSeconds : 1 / max(1, parameters.info.framesPerSecond)
            let end = (source.pts.seconds(since: start) ?? 0) + length
            durationSeconds = max(durationSeconds, end)
        }
        av_packet_rescale_ts(packet, timeBase90k, stream.pointee.time_base)
        // Rounding to the stream's clock may make two times equal.
        let last = source.isVideo ? lastDTS.video : lastDTS.audio
        if packet.pointee.dts <= last { packet.pointee.dts = last + 1 }
        packet.pointee.pts = max(packet.pointee.pts, packet.pointee.dts)
        if source.isVideo { lastDTS.video = packet.pointee.dts } else { lastDTS.audio = packet.pointee.dts }
        let code = av_write_frame(context, packet)
        guard code >= 0 else { throw MediaError.encodingFailed(reason: "MP4: \(ffmpegMessage(code))") }
        // A fragment is written when the packet after it comes.
        if try file.commit(isDeferred: isBehind) { lastInFragment = lastFrame }
        if !isBehind { onDisk = lastInFragment }
        if source.isVideo { lastFrame = source.time }
    }

    /// All fragments so far are on disk when it returns, and each later one when it has been written.
    public func catchUp() throws {
        guard isBehind else { return }
        isBehind = false
        try file.commit()
        onDisk = lastInFragment
    }

    /// Writes what is left, and brings all of it to disk.
    /// - Returns: Length in seconds.
    @discardableResult
    public func finish() throws -> Double {
        guard !isClosed else { return durationSeconds }
        try encoder?.finish(mux)
        isClosed = true
        let code = av_write_trailer(context)
        guard code >= 0 else { throw MediaError.encodingFailed(reason: "MP4 trailer: \(ffmpegMessage(code))") }
        try file.sync()
        return durationSeconds
    }

    private func newStream() throws -> UnsafeMutablePointer<AVStream> {
        guard let stream = avformat_new_stream(context, nil) else {
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        return stream
    }

    private static func isHoldable(_ audio: UnsafePointer<AVCodecParameters>) -> Bool {
        switch audio.pointee.codec_id {
        case AV_CODEC_ID_AAC: audio.pointee.extradata_size > 0
        case AV_CODEC_ID_OPUS: audio.pointee.extradata_size > 0
        case AV_CODEC_ID_MP3: true
        default: false
        }
    }
}

/// A muxer's bytes on disk, a fragment at a time: one write, one fdatasync.
private final class FragmentFile {
    let output: MuxerOutput
    private(set) var bytesOnDisk: Int64 = 0
    /// Handed to the system; at most this much more than `bytesOnDisk` can be lost.
    private var bytesWritten: Int64 = 0
    private let handle: any ClipFileHandle

    /// Creates the file; it must not exist.
    /// - Throws: `FileFailure`, or `MediaError.encodingFailed`.
    init(path: String, fileSystem: any ClipFileSystem) throws {
        output = try MuxerOutput()
        handle = try fileSystem.create(path, exclusively: true)
    }

    deinit { handle.close() }

    /// What the muxer has handed out so far goes to disk.
    /// - Parameter isDeferred: Only to the system; a later commit brings it to disk.
    /// - Returns: Whether there was anything.
    @discardableResult
    func commit(isDeferred: Bool = false) throws -> Bool {
        let isNew = try output.drain { bytes in
            try handle.write(bytes)
            bytesWritten += Int64(bytes.count)
        }
        guard !isDeferred, bytesOnDisk < bytesWritten else { return isNew }
        try handle.syncData()
        bytesOnDisk = bytesWritten
        return isNew
    }

    /// All of it, and its size, is on disk.
    func sync() throws {
        try commit()
        try handle.sync()
    }
}
