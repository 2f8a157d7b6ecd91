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
