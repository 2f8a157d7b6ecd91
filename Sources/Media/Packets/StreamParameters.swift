internal import CFFmpeg
import Domain

/// How packets are to be decoded or put into a file: codec, picture size, parameter sets. Immutable; when the stream
/// changes, its later packets come with another object.
public final class StreamParameters: @unchecked Sendable {
    public let info: StreamInfo
    // Sendable unchecked: written in init, only read after.
    let video: UnsafeMutablePointer<AVCodecParameters>
    let audio: UnsafeMutablePointer<AVCodecParameters>?

    public var frameSize: FrameSize { info.frameSize }

    /// Copies both.
    init(
        info: StreamInfo, video: UnsafePointer<AVCodecParameters>, audio: UnsafePointer<AVCodecParameters>?
    ) throws {
        self.info = info
        self.video = try Self.copy(video)
        do {
            self.audio = try audio.map(Self.copy)
        } catch {
            var parameters: UnsafeMutablePointer<AVCodecParameters>? = self.video
            avcodec_parameters_free(&parameters)
            throw error
        }
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
