public import Foundation

/// A camera as pages show it; no secrets.
public struct CameraView: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        case online, connecting, offline
    }

    public var id: CameraID
    public var name: String
    public var state: State
    /// Why it is offline, in words; empty while all is well.
    public var stateText: String
    /// As MIME types name it, for instance `avc1.64001F`; nil before the first picture, and for what has no such name.
    public var codec: String?
    public var frameSize: FrameSize?
    /// As the stream says.
    public var framesPerSecond: Double?
    public var zones: [Zone]
    public var pictureHeightMetres: Double?

    public init(
        id: CameraID, name: String, state: State, stateText: String = "", codec: String? = nil,
        frameSize: FrameSize? = nil, framesPerSecond: Double? = nil, zones: [Zone] = [],
        pictureHeightMetres: Double? = nil
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.stateText = stateText
        self.codec = codec
        self.frameSize = frameSize
        self.framesPerSecond = framesPerSecond
        self.zones = zones
        self.pictureHeightMetres = pictureHeightMetres
    }
}

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
