public import Domain
public import Foundation

/// The cameras as they are now.
public protocol LiveFeed: Sendable {
    /// In the order of the configuration.
    func cameras() -> [CameraView]
    /// The camera's video from its last key frame on, by stream copy: the same bytes for every viewer.
    /// - Throws: ``PortFailure``.
    func video(of camera: CameraID) async throws -> LiveVideo
    /// The newest picture, or the one that is shown at `time` of the live video, as far back as the ring reaches.
    /// - Parameter maxWidth: Wider pictures are scaled down.
    /// - Throws: ``PortFailure``.
    func picture(of camera: CameraID, at time: MediaTime?, maxWidth: Int?) async throws -> LivePicture
}

/// A picture of a camera and when it was taken.
public struct LivePicture: Sendable {
    public var jpeg: Data
    /// On the time line of the live video.
    public var time: MediaTime
    public var date: Date
    public var frameSize: FrameSize

    public init(jpeg: Data, time: MediaTime, date: Date, frameSize: FrameSize) {
        self.jpeg = jpeg
        self.time = time
        self.date = date
        self.frameSize = frameSize
    }
}

/// A camera's video for one viewer: fragmented MP4, from the last key frame on.
///
/// A time `t` in seconds of the video is the media time `offsetPts90k + t * 90000` of `epoch`.
public struct LiveVideo: Sendable {
    /// For `codecs=` of the MIME type, for instance `avc1.64001F`.
    public var codec: String
    public var epoch: Int
    public var offsetPts90k: Int64
    /// The file's beginning (`ftyp`, `moov`).
    public var header: Data
    /// Then one fragment (`moof`, `mdat`) a frame. Ends when the camera reconnects or changes its picture. A reader that is
    /// too slow misses fragments up to a key frame.
    public var fragments: AsyncStream<Data>

    public init(codec: String, epoch: Int, offsetPts90k: Int64, header: Data, fragments: AsyncStream<Data>) {
        self.codec = codec
        self.epoch = epoch
        self.offsetPts90k = offsetPts90k
        self.header = header
        self.fragments = fragments
    }
}

/// Connects to a stream that is not in the configuration yet.
public protocol StreamTester: Sendable {
    /// - Parameter camera: Whose user name and password are taken when none are given and the host is the same.
    /// - Returns: Also when it could not be reached: then the message says why.
    /// - Throws: ``PortFailure/invalid(_:)`` for an address of another kind.
    func test(url: String, username: String?, password: String?, camera: CameraID?) async throws -> StreamTest
}
