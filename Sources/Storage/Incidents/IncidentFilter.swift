public import Domain
public import Foundation

/// Which incidents to list; nil means any.
public struct IncidentFilter: Hashable, Sendable {
    /// Started at this moment or later.
    public var since: Date?
    /// Started before this moment.
    public var until: Date?
    public var camera: CameraID?
    /// One of its kinds, the primary or another.
    public var kind: IncidentKind?
    /// At most so many, the newest ones; nil for all.
    public var limit: Int?

    public init(
        since: Date? = nil, until: Date? = nil, camera: CameraID? = nil, kind: IncidentKind? = nil, limit: Int? = 50
    ) {
        self.since = since
        self.until = until
        self.camera = camera
        self.kind = kind
        self.limit = limit
    }
}
