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
    /// Free falls of small things that have just ended; nil where there are none.
    public var flights: [Flight]?

    public init(
        time: MediaTime, date: Date, frameSize: FrameSize, tracks: [TrackObservation] = [],
        globalChange: GlobalChange? = nil, isWarm: Bool = true, picture: PictureStatistics? = nil,
        flights: [Flight]? = nil
    ) {
        self.time = time
        self.date = date
        self.frameSize = frameSize
        self.tracks = tracks
        self.globalChange = globalChange
        self.isWarm = isWarm
        self.picture = picture
        self.flights = flights
    }
}

/// How one frame looks as a whole, as against how this camera's picture usually looks: what tells a camera that was
/// covered, turned, blurred or whose picture stands still.
public struct PictureStatistics: Hashable, Sendable, Codable {
    /// Mean luma, 0 to 255.
    public var meanLuma: Double
    /// Standard deviation of the luma over the picture, as a part of the usual one.
    public var contrastRatio: Double
    /// Mean size of the luma's gradient, as a part of the usual one.
    public var sharpnessRatio: Double
    /// Correlation of the coarse picture with the usual one, −1 to 1: what stays high when light or sharpness change.
    public var similarity: Double
    /// For how long not one pixel has changed, in seconds.
    public var frozenSeconds: Double
    /// False until the usual picture is known.
    public var isKnown: Bool

    public init(
        meanLuma: Double, contrastRatio: Double = 1, sharpnessRatio: Double = 1, similarity: Double = 1,
        frozenSeconds: Double = 0, isKnown: Bool = true
    ) {
        self.meanLuma = meanLuma
        self.contrastRatio = contrastRatio
        self.sharpnessRatio = sharpnessRatio
        self.similarity = similarity
        self.frozenSeconds = frozenSeconds
        self.isKnown = isKnown
    }
}

/// The observations of a stretch of video as a file: what rules are tested and explained on, without the video.
/// JSON, versioned; written by `watch --record`, read by the tests.
public struct SceneRecording: Hashable, Sendable, Codable {
    public static let currentVersion = 1

    public var version: Int
    public var framesPerSecond: Double
    public var zones: [Zone]
    /// In order of time.
    public var observations: [SceneObservation]

    public init(framesPerSecond: Double, zones: [Zone], observations: [SceneObservation]) {
        version = Self.currentVersion
        self.framesPerSecond = framesPerSecond
        self.zones = zones
        self.observations = observations
    }
}
