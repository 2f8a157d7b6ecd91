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
