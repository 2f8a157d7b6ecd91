import Domain

/// Compares what was announced in a clip with its label. Pure.
///
/// A hit: the first-announced kind is the label's, its start lies in [label's start − 1 s, label's end + 5 s], and its
/// region meets the label's (IoU ≥ 0.1, or its centre inside). Beside a hit at most one further kind of the same event
/// is allowed, and only those that one event really shows (``furtherKinds``). Every other detection, repeats included,
/// is a false alarm.
public enum IncidentScoring {
    public static let earlySeconds = 1.0
    public static let lateSeconds = 5.0
    public static let minIoU = 0.1

    /// The kinds that may follow a hit of each kind.
    public static let furtherKinds: [String: Set<String>] = [
        "falling_object": ["toppled_stack", "object_left", "spill"],
        "toppled_stack": ["falling_object"],
    ]

    public struct Score: Hashable, Sendable {
        /// Nil in a clip in which nothing happens.
        public var isHit: Bool?
        public var falseAlarms: Int
        /// Seconds from the incident's end to its announcement; nil without a hit.
        public var delaySeconds: Double?

        public init(isHit: Bool?, falseAlarms: Int, delaySeconds: Double?) {
            self.isHit = isHit
            self.falseAlarms = falseAlarms
            self.delaySeconds = delaySeconds
        }
    }

    /// - Parameters:
    ///   - detections: in the order in which they were announced.
    ///   - staySeconds: after which an object left or removed is announced; part of its delay that is meant.
    public static func score(
        _ detections: [IncidentDetection], expected: IncidentLabel.Expected?, staySeconds: Double = 3
    ) -> Score {
        guard let expected else { return Score(isHit: nil, falseAlarms: detections.count, delaySeconds: nil) }
        guard let first = detections.first(where: { meets($0, expected) }), first.kind == expected.kind else {
            return Score(isHit: false, falseAlarms: detections.count, delaySeconds: nil)
        }
        let allowed = furtherKinds[expected.kind] ?? []
        let hasFurther = detections.contains { allowed.contains($0.kind) && meets($0, expected) }
        return Score(
            isHit: true, falseAlarms: detections.count - (hasFurther ? 2 : 1),
            delaySeconds: first.announcedSeconds - due(expected, staySeconds: staySeconds))
    }

    /// Whether a detection can be of the expected event, whatever its kind.
    static func meets(_ detection: IncidentDetection, _ expected: IncidentLabel.Expected) -> Bool {
        detection.startSeconds >= expected.startSeconds - earlySeconds
            && detection.startSeconds <= expected.endSeconds + lateSeconds
            && (detection.region.iou(expected.region) >= minIoU || expected.region.contains(detection.region.center))
    }

    private static func due(_ expected: IncidentLabel.Expected, staySeconds: Double) -> Double {
        switch expected.kind {
        case "object_left", "object_removed": (expected.leftPlaceSeconds ?? expected.endSeconds) + staySeconds
        default: expected.endSeconds
        }
    }
}

/// One incident of one kind that was announced, as the scoring sees it. An incident of two kinds is two detections.
public struct IncidentDetection: Hashable, Sendable {
    public var kind: String
    /// Seconds on the clip's time.
    public var startSeconds: Double
    public var endSeconds: Double
    /// In pixels of the clip's frames.
    public var region: Region
    /// When it was announced: media time when files are read without pause, wall time since the clip began otherwise.
    public var announcedSeconds: Double

    public init(kind: String, startSeconds: Double, endSeconds: Double, region: Region, announcedSeconds: Double) {
        self.kind = kind
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
        self.region = region
        self.announcedSeconds = announcedSeconds
    }

    func earlier(bySeconds seconds: Double) -> IncidentDetection {
        var earlier = self
        earlier.startSeconds -= seconds
        earlier.endSeconds -= seconds
        earlier.announcedSeconds -= seconds
        return earlier
    }
}

/// Gathers the announcements of one clip: each kind of each incident once, in the order in which it was announced, with
/// the incident's last known times and region.
struct AnnouncedIncidents {
    private struct Key: Hashable {
        var id: IncidentID
        var kind: IncidentKind
    }

    private var order: [Key] = []
    private var announced: [Key: Double] = [:]
    private var latest: [IncidentID: Incident] = [:]
    private var size = FrameSize(width: 0, height: 0)

    /// - Parameter size: of the frames in whose pixels the regions are wanted.
    mutating func take(_ event: IncidentEvent, announcedSeconds: Double, size: FrameSize) {
        self.size = size
        latest[event.incident.id] = event.incident
        for kind in event.incident.kinds {
            let key = Key(id: event.incident.id, kind: kind)
            // A kind that came with an incident that was merged into this one was announced then.
            let isKnown = event.incident.aliases.contains { announced[Key(id: $0, kind: kind)] != nil }
            guard announced[key] == nil, !isKnown else { continue }
            announced[key] = announcedSeconds
            order.append(key)
        }
    }

    var detections: [IncidentDetection] {
        order.compactMap { key in
            guard let incident = latest[key.id], let seconds = announced[key] else { return nil }
            return IncidentDetection(
                kind: key.kind.rawValue, startSeconds: incident.start.seconds, endSeconds: incident.end.seconds,
                region: incident.region.scaled(from: incident.frameSize, to: size), announcedSeconds: seconds)
        }
    }
}
