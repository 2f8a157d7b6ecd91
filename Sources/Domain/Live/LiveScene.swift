/// What was seen in one frame, for drawing over the live video.
public struct LiveScene: Hashable, Sendable {
    public struct FollowedTrack: Hashable, Sendable {
        public var id: FollowedObjectID
        public var name: String

        public init(id: FollowedObjectID, name: String) {
            self.id = id
            self.name = name
        }
    }

    public var camera: CameraID
    /// On the time line of the live video.
    public var time: MediaTime
    public var observation: SceneObservation
    /// Which of its tracks show objects that a person marked.
    public var followed: [TrackID: FollowedTrack]
    /// Picture heights per second.
    public var speeds: [TrackID: Double]

    public init(
        camera: CameraID, time: MediaTime, observation: SceneObservation, followed: [TrackID: FollowedTrack] = [:],
        speeds: [TrackID: Double] = [:]
    ) {
        self.camera = camera
        self.time = time
        self.observation = observation
        self.followed = followed
        self.speeds = speeds
    }
}

/// What the rules of one camera measured in one frame beside their thresholds, whether they fire or not.
public struct LiveScores: Sendable {
    public struct Score: Hashable, Sendable {
        /// The rule's key in the configuration.
        public var rule: String
        /// The site's name of the rule, where several have the same key.
        public var name: String?
        /// The threshold's key in the configuration.
        public var parameter: String
        public var measured: Double
        public var threshold: Double
        public var unit: String
        /// On which side of the threshold the value lets the rule fire.
        public var direction: ThresholdDirection
        /// Whether this value alone would let the rule fire.
        public var isMet: Bool
        /// Nil where the whole picture is meant.
        public var track: TrackID?

        public init(
            rule: String, name: String?, parameter: String, measured: Double, threshold: Double, unit: String,
            direction: ThresholdDirection = .atLeast, isMet: Bool, track: TrackID?
        ) {
            self.rule = rule
            self.name = name
            self.parameter = parameter
            self.measured = measured
            self.threshold = threshold
            self.unit = unit
            self.direction = direction
            self.isMet = isMet
            self.track = track
        }
    }

    public var camera: CameraID
    public var time: MediaTime
    public var scores: [Score]

    public init(camera: CameraID, time: MediaTime, scores: [Score]) {
        self.camera = camera
        self.time = time
        self.scores = scores
    }
}
