import Domain
public import Incidents

/// Runs rules over scenes that were seen before, and scores one kind.
public enum RuleReplay {
    /// How one combination does.
    public struct Score: Hashable, Sendable, Encodable {
        /// Clips in which the kind is expected, and those in which it was found.
        public var expected = 0
        public var hits = 0
        /// Incidents of the kind that are none.
        public var falseAlarms = 0
        /// Of the hits, from the end to the announcement, in seconds; nil without hits.
        public var delayMedianSeconds: Double?
        public var delayMaxSeconds: Double?

        /// Nil when nothing was announced.
        public var precision: Double? { hits + falseAlarms > 0 ? Double(hits) / Double(hits + falseAlarms) : nil }
        /// Nil when nothing was expected.
        public var recall: Double? { expected > 0 ? Double(hits) / Double(expected) : nil }
        /// Harmonic mean of both; 0 when nothing was found.
        public var f1: Double { hits > 0 ? 2 * Double(hits) / Double(hits + falseAlarms + expected) : 0 }

        public init() {}
    }

    public static func score(_ scenes: [LabelledScene], kind: IncidentKind, settings: RuleSettings) -> Score {
        var score = Score()
        var delays: [Double] = []
        for scene in scenes {
            let found = detections(scene, settings).filter { $0.kind == kind.rawValue }
            guard let expected = scene.expected, expected.kind == kind.rawValue else {
                score.falseAlarms += found.count
                continue
            }
            score.expected += 1
            let outcome = IncidentScoring.score(found, expected: expected)
            if outcome.isHit == true { score.hits += 1 }
            score.falseAlarms += outcome.falseAlarms
            if let delay = outcome.delaySeconds { delays.append(delay) }
        }
        if !delays.isEmpty {
            score.delayMedianSeconds = delays.median()
            score.delayMaxSeconds = delays.max()
        }
        return score
    }

    private static func detections(_ scene: LabelledScene, _ settings: RuleSettings) -> [IncidentDetection] {
        var engine = IncidentEngine.ofClip(settings, zones: scene.zones)
        var collected = AnnouncedIncidents()
        var last = 0.0
        for observation in scene.observations {
            last = observation.time.seconds
            for event in engine.step(observation) {
                collected.take(event, announcedSeconds: last, size: scene.size)
            }
        }
        for event in engine.finish() { collected.take(event, announcedSeconds: last, size: scene.size) }
        return collected.detections
    }
}
