import Foundation

/// What one analysed frame showed: all that the rules get to see of the picture.
public struct SceneObservation: Hashable, Sendable, Codable {
    /// A change of the whole picture, in which single tracks mean nothing.
    public enum GlobalChange: String, Sendable, Codable {
        /// Lights switched, the exposure jumped.
        case light
        /// The camera was turned or shaken.
        case view
    }

    public var time: MediaTime
    /// Time of day at which the frame was taken.
    public var date: Date
    public var frameSize: FrameSize
    /// The tracks seen in this frame, in order of id.
    public var tracks: [TrackObservation]
    /// Non-nil while the picture as a whole changes.
    public var globalChange: GlobalChange?
    /// False until the background model knows the scene (after start, a light switch or a camera move).
    public var isWarm: Bool
    /// How the frame looks as a whole; nil where nobody measured it.
    public var picture: PictureStatistics?

    public init(
        time: MediaTime, date: Date, frameSize: FrameSize, tracks: [TrackObservation] = [],
        globalChange: GlobalChange? = nil, isWarm: Bool = true, picture: PictureStatistics? = nil
    ) {
        self.time = time
        self.date = date
        self.frameSize = frameSize
        self.tracks = tracks
        self.globalChange = globalChange
        self.isWarm = isWarm
        self.picture = picture
    }
}
