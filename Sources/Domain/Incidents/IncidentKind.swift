/// What happened, as labels, texts, topics and the database spell it.
public enum IncidentKind: String, Hashable, Sendable, Codable, CaseIterable {
    case fallingObject = "falling_object"
    case toppledStack = "toppled_stack"
    case spill
    /// Something was left where the floor must stay free.
    case objectLeft = "object_left"
    /// Something that stood for long, or that a person marked, is gone.
    case objectRemoved = "object_removed"
    /// Something that a person marked moved, left its zone, fell or can no longer be seen.
    case markedObjectMoved = "marked_object_moved"
    /// A person or another system asked for it; no rule saw anything.
    case manual
    case zoneEntry = "zone_entry"
    case lineCrossing = "line_crossing"
    /// Somebody or something stays in a zone.
    case dwell
    /// Two paths nearly met, one of them fast.
    case nearMiss = "near_miss"
    case personDown = "person_down"
    /// Covered, turned, blurred or frozen.
    case cameraTampered = "camera_tampered"
    /// Several detections together, as the site combined them; ``Incident/ruleName`` says which combination.
    case combination
}

/// How bad an incident is; ordered.
public enum Severity: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case low, medium, high

    public static func < (lhs: Severity, rhs: Severity) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        }
    }
}
