internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation
import Synchronization

/// An opened FFmpeg input with its deadline; owned by one thread.
final class InputContext {
    let context: UnsafeMutablePointer<AVFormatContext>
    let deadline: IODeadline
    let source: String
    let isLive: Bool
    /// Of a file.
    let path: String?
    private let options: SourceOptions

    /// Only what a camera or a recording needs: no playlists that name further files, no devices, no text formats.
    private static let fileFormats =
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,h264,hevc,mjpeg,m4v,mpegvideo,ivf,ogg,wav,mp3,aac,"
        + "flac,image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,gif,yuv4mpegpipe,mxf,nut,dhav"
    private static let networkFormats = fileFormats + ",rtsp,sdp,mpjpeg,hls"

    /// Opens, and finds the streams.
    init(_ options: SourceOptions, clock: any WallClock, cancellation: Cancellation) throws {
        FFmpegLog.silence()
        let kind = try SourceKind(options)
        self.options = options
        deadline = IODeadline(clock: clock, cancellation: cancellation)
        var dictionary: OpaquePointer?
        defer { av_dict_free(&dictionary) }
        let url: String
        switch kind {
        case .file(let path):
            url = "file:" + path
            source = path
            self.path = path
            av_dict_set(&dictionary, "protocol_whitelist", "file", 0)
            av_dict_set(&dictionary, "format_whitelist", Self.fileFormats, 0)
        case .rtsp(let address):
            url = address
            source = options.redactedURL
            path = nil
            av_dict_set(&dictionary, "protocol_whitelist", "rtsp,rtsps,rtp,tcp,tls", 0)
            av_dict_set(&dictionary, "format_whitelist", Self.networkFormats, 0)
            av_dict_set(&dictionary, "rtsp_transport", "tcp", 0)
            av_dict_set(&dictionary, "allowed_media_types", options.keepAudio ? "video+audio" : "video", 0)
            let longest = max(options.openTimeoutSeconds, options.readTimeoutSeconds)
            av_dict_set(&dictionary, "timeout", Self.microseconds(longest), 0)
            // Size and parameter sets are in the session description or the first key frame; waiting longer is lost
            // time.
            av_dict_set(&dictionary, "analyzeduration", "500000", 0)
        case .http(let address):
            url = address
            source = options.redactedURL
            path = nil
            av_dict_set(&dictionary, "protocol_whitelist", "http,https,tcp,tls,crypto", 0)
            av_dict_set(&dictionary, "format_whitelist", Self.networkFormats, 0)
            av_dict_set(&dictionary, "rw_timeout", Self.microseconds(options.readTimeoutSeconds), 0)
            av_dict_set(&dictionary, "analyzeduration", "1000000", 0)
        }
        var opened = avformat_alloc_context()
        guard opened != nil else { throw MediaError.unreachable(source: source, reason: "out of memory") }
        opened?.pointee.interrupt_callback = AVIOInterruptCB(
            callback: { @Sendable pointer in
                guard let pointer else { return 0 }
                return Unmanaged<IODeadline>.fromOpaque(pointer).takeUnretainedValue().mustStop ? 1 : 0
            },
            opaque: Unmanaged.passUnretained(deadline).toOpaque())
        deadline.arm(seconds: options.openTimeoutSeconds)
        // On failure the context is freed and nil.
        var code = avformat_open_input(&opened, url, nil, &dictionary)
        guard code >= 0, let context = opened else {
            throw Self.openError(code, kind, options, source, deadline)
        }
        self.context = context
        let name = context.pointee.iformat.map { String(cString: $0.pointee.name) } ?? ""
        switch kind {
        case .file: isLive = false
        case .rtsp: isLive = true
        case .http: isLive = name == "mpjpeg" || context.pointee.duration == aw_no_timestamp
        }
        code = avformat_find_stream_info(context, nil)
        guard code >= 0 else {
            throw Self.openError(code, kind, options, source, deadline)
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        // Closing says goodbye to the server: not for long.
        deadline.arm(seconds: 1)
        avformat_close_input(&context)
    }

    var formatName: String { context.pointee.iformat.map { String(cString: $0.pointee.name) } ?? "" }

    /// Reads the next packet of any stream into `packet`.
    /// - Returns: false at the end of a file.
    func read(into packet: UnsafeMutablePointer<AVPacket>) throws -> Bool {
        while true {
            deadline.arm(seconds: options.readTimeoutSeconds)
            let code = av_read_frame(context, packet)
            if code >= 0 { return true }
            if code == aw_error_again { continue }
            if deadline.isCancelled { throw MediaError.cancelled }
            if deadline.mustStop || code == aw_error_exit || code == aw_error_timed_out {
                throw MediaError.timedOut(source: source, seconds: options.readTimeoutSeconds)
            }
            guard isLive else {
                // A file that breaks off in the middle gives what it has.
                return false
            }
            throw MediaError.disconnected(
                source: source, reason: code == aw_error_end ? "the other side closed it" : ffmpegMessage(code))
        }
    }

    private static func microseconds(_ seconds: Double) -> String {
        String(Int64(min(max(seconds.isNaN ? 0 : seconds, 0), 1_000_000) * 1_000_000))
    }

    private static func openError(
        _ code: Int32, _ kind: SourceKind, _ options: SourceOptions, _ source: String, _ deadline: IODeadline
    ) -> MediaError {
        if deadline.isCancelled { return .cancelled }
        // What an interrupted call returns depends on how deep it was.
        if deadline.mustStop { return .timedOut(source: source, seconds: options.openTimeoutSeconds) }
        switch code {
        case aw_error_exit, aw_error_timed_out:
            return .timedOut(source: source, seconds: options.openTimeoutSeconds)
        case aw_error_unauthorized, aw_error_forbidden: return .unauthorized(source: source)
        case aw_error_http_not_found: return .streamNotFound(source: source)
        case aw_error_no_protocol: return .invalidURL(source: source)
        default: break
        }
        switch kind {
        case .file(let path):
            if looksLikeMP4(path) { return .truncated(path: path) }
            if code == aw_error_access { return .notReadable(path: path, reason: ffmpegMessage(code)) }
            return .notAVideo(source: source)
        case .rtsp(let url), .http(let url):
            if code == aw_error_invalid_data || code == aw_error_invalid_argument { return .notAVideo(source: source) }
            if let host = SourceKind.host(of: url), !HostName.isKnown(host) { return .unknownHost(host: host) }
            return .unreachable(source: source, reason: ffmpegMessage(code))
        }
    }

    /// Its first box is an MP4's, so that what fails is the rest.
    private static func looksLikeMP4(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        guard let head = try? file.read(upToCount: 8), head.count == 8 else { return false }
        return ["ftyp", "mdat", "moof", "wide", "free"].contains(String(decoding: head.suffix(4), as: UTF8.self))
    }
}

/// Stops blocking input from another thread: once cancelled, opening and reading return with `MediaError.cancelled`.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    public func cancel() { flag.store(true, ordering: .releasing) }
}

/// Asked by FFmpeg while it waits: has this call taken too long, or was it cancelled?
final class IODeadline: Sendable {
    private let clock: any WallClock
    private let cancellation: Cancellation
    /// Bit pattern of the monotonic moment in seconds.
    private let expiresAt = Atomic<UInt64>(Double.infinity.bitPattern)

    init(clock: any WallClock, cancellation: Cancellation) {
        self.clock = clock
        self.cancellation = cancellation
    }

    var isCancelled: Bool { cancellation.isCancelled }

    var mustStop: Bool {
        isCancelled || clock.monotonicSeconds() >= Double(bitPattern: expiresAt.load(ordering: .relaxed))
    }

    /// The next blocking call has this much time.
    func arm(seconds: Double) {
        expiresAt.store((clock.monotonicSeconds() + seconds).bitPattern, ordering: .relaxed)
    }
}
