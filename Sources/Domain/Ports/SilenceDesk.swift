public import Foundation

/// Acknowledgements, snoozes and suppressions, as the pages ask for them.
public protocol SilenceDesk: Sendable {
    /// Somebody takes care of it; the first one counts.
    func acknowledge(_ incident: IncidentID, by: String) async throws
    /// Those that hold now.
    func snoozes() async throws -> [Snooze]
    func add(_ snooze: Snooze) async throws -> Snooze
    /// - Returns: False when there is none that holds.
    func endSnooze(_ id: Int64) async throws -> Bool
    /// Those that hold now.
    func suppressions() async throws -> [SuppressionView]
    /// The incident's rule stays silent at its place.
    func suppress(_ incident: Incident, until: Date, by: String) async throws -> SuppressionView
    /// - Returns: False when there is none that holds.
    func endSuppression(_ id: Int64, by: String) async throws -> Bool
}

/// A place where a rule is silent.
public struct SuppressionView: Hashable, Sendable {
    public var id: Int64
    public var camera: CameraID
    /// The rule's or the kind's name.
    public var rule: String
    /// Left, top, width and height as fractions of the picture; nil is the whole picture.
    public var region: [Double]?
    public var until: Date
    public var createdBy: String
    public var createdAt: Date

    public init(
        id: Int64, camera: CameraID, rule: String, region: [Double]?, until: Date, createdBy: String, createdAt: Date
    ) {
        self.id = id
        self.camera = camera
        self.rule = rule
        self.region = region
        self.until = until
        self.createdBy = createdBy
        self.createdAt = createdAt
    }
}
