import Foundation

/// What can go wrong between a camera or file and its frames. Each prints as one line that says what to do; none holds
/// a password (sources are given redacted).
public enum MediaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such file.
    case notFound(path: String)
    case notReadable(path: String, reason: String)
    /// The file has no bytes.
    case empty(path: String)
    /// The content is no video in a known format.
    case notAVideo(source: String)
    /// The file breaks off before what is needed to read it (an MP4 without its index).
    case truncated(path: String)
    /// Not one frame could be decoded.
    case noFrames(source: String, breaksOff: Bool)
    /// Sound or data only.
    case noVideoStream(source: String)
    case unsupportedCodec(source: String, codec: String)
    case invalidURL(source: String)
    case unsupportedScheme(scheme: String)
    case unauthorized(source: String)
    /// The server answers but knows no such stream.
    case streamNotFound(source: String)
    case unknownHost(host: String)
    case unreachable(source: String, reason: String)
    case timedOut(source: String, seconds: Double)
    /// A live source ended or broke off.
    case disconnected(source: String, reason: String)
    /// Stopped by the caller.
    case cancelled
    case decodingFailed(source: String, reason: String)
    case encodingFailed(reason: String)
    case cannotWrite(path: String, reason: String)

    public var description: String {
        switch self {
        case .notFound(let path): "\(path): no such file; check the path"
        case .notReadable(let path, let reason): "\(path): can't be read (\(reason)); check its permissions"
        case .empty(let path): "\(path): the file is empty; record or copy it again"
        case .notAVideo(let source):
            "\(source): not a video or picture in a known format (MP4, MKV, AVI, MPEG-TS, MJPEG, …)"
        case .truncated(let path):
            "\(path): the MP4 file breaks off before its index (moov); copy it again, or repair it with what wrote it"
        case .noFrames(let source, true):
            "\(source): the file breaks off before its first whole frame; copy it again"
        case .noFrames(let source, false):
            "\(source): not one frame could be decoded; the file is damaged"
        case .noVideoStream(let source):
            "\(source): has no video stream (sound only?); choose a file or stream with video"
        case .unsupportedCodec(let source, let codec):
            "\(source): the video codec \(codec) is not supported; set the camera to H.264 or H.265"
        case .invalidURL(let source):
            "\(source): not a valid address; write it as rtsp://host:port/path or as a file path"
        case .unsupportedScheme(let scheme):
            "\(scheme): sources can be files, rtsp://, rtsps://, http:// and https:// only"
        case .unauthorized(let source): "\(source): user or password refused; check username and password"
        case .streamNotFound(let source): "\(source): the server knows no such stream; check the path in the address"
        case .unknownHost(let host): "\(host): unknown host; check the name and the DNS"
        case .unreachable(let source, let reason):
            "\(source): can't connect (\(reason)); check the address, the port and that the camera is on"
        case .timedOut(let source, let seconds):
            "\(source): nothing came within \(Self.text(seconds)) s; check the camera and the network"
        case .disconnected(let source, let reason): "\(source): the stream ended (\(reason))"
        case .cancelled: "stopped"
        case .decodingFailed(let source, let reason): "\(source): can't be decoded (\(reason))"
        case .encodingFailed(let reason): "encoding failed (\(reason))"
        case .cannotWrite(let path, let reason):
            "\(path): can't be written (\(reason)); check the folder and its free space"
        }
    }

    private static func text(_ seconds: Double) -> String {
        Int(exactly: seconds).map(String.init) ?? String(seconds)
    }
}

/// The system's words for why a file could not be written or read.
enum FileErrorText {
    static func of(_ error: any Error) -> String {
        let error = error as NSError
        if let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError, cause.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(truncatingIfNeeded: cause.code)))
        }
        if error.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(truncatingIfNeeded: error.code)))
        }
        switch CocoaError.Code(rawValue: error.code) {
        case .fileNoSuchFile, .fileReadNoSuchFile: return "no such folder"
        case .fileWriteNoPermission, .fileReadNoPermission: return "permission denied"
        case .fileWriteOutOfSpace: return "no space left"
        case .fileWriteVolumeReadOnly: return "read-only file system"
        default: return error.localizedDescription
        }
    }
}
