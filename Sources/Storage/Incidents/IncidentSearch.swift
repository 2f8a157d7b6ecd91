public import Domain
public import Foundation

/// Which incidents a list shows.
public struct IncidentSearch: Hashable, Sendable {
    /// All of these words, or beginnings of words, occur; empty is no condition.
    public var words = ""
    public var camera: CameraID?
    public var kind: IncidentKind?
    /// The name of the zone where it came to rest or from which it came.
    public var zone: String?
    /// What a person said about it.
    public enum Reviewed: Hashable, Sendable {
        case nothing
        case review(Review)
    }

    public var reviewed: Reviewed?
    public var minSeverity: Severity?
    /// Began at or after, and before.
    public var since: Date?
    public var until: Date?
    /// Only incidents after this one in the list: the last one of the page before.
    public var after: IncidentID?
    public var limit = 50

    public init() {}
}
