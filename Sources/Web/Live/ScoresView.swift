import Domain

/// What the rules measured in a frame, as an event shows it.
struct ScoresView: Encodable {
    struct ScoreView: Encodable {
        var rule: String
        var name: String?
        var parameter: String
        var measured: Double
        var threshold: Double
        var unit: String
        var direction: ThresholdDirection
        var met: Bool
        var track: TrackID?
    }

    var camera: CameraID
    var time: MediaTime
    var scores: [ScoreView]

    init(_ scores: LiveScores) {
        camera = scores.camera
        time = scores.time
        // JSON has no word for what can't be measured.
        self.scores = scores.scores.filter { $0.measured.isFinite && $0.threshold.isFinite }.map {
            ScoreView(
                rule: $0.rule, name: $0.name, parameter: $0.parameter, measured: $0.measured, threshold: $0.threshold,
                unit: $0.unit, direction: $0.direction, met: $0.isMet, track: $0.track)
        }
    }
}
