/// A step in an incident's life, as the rules announce it.
public enum IncidentEvent: Hashable, Sendable {
    /// Confirmed just now.
    case new(Incident)
    /// Grew, moved or got another kind.
    case update(Incident)
    /// Over; nothing more follows.
    case end(Incident)

    public var incident: Incident {
        switch self {
        case .new(let incident), .update(let incident), .end(let incident): incident
        }
    }

    /// `new`, `update` or `end`, as in JSON output and topics.
    public var type: String {
        switch self {
        case .new: "new"
        case .update: "update"
        case .end: "end"
        }
    }
}

/// Begins an incident that no rule saw: a click, the API, a message on the broker, a drill. It goes the way that a rule's
/// incident goes: database and messages in one transaction, then a clip with its whole pre-roll.
public protocol IncidentTrigger: Sendable {
    /// - Parameters:
    ///   - kind: ``IncidentKind/manual`` unless the caller knows better.
    ///   - reason: Why, in a few words, for texts and pages; empty when nobody said.
    ///   - by: Who or what asked: a user's name, `mqtt`, `drill`.
    /// - Returns: Once the incident is in the database; its clip has begun where the camera has sent video.
    /// - Throws: ``IncidentTriggerError``, or what the database says.
    func trigger(
        camera: CameraID, kind: IncidentKind, severity: Severity, reason: String, by: String
    ) async throws -> IncidentID
}

extension IncidentTrigger {
    public func trigger(camera: CameraID, reason: String, by: String) async throws -> IncidentID {
        try await trigger(camera: camera, kind: .manual, severity: .medium, reason: reason, by: by)
    }
}

/// Why nothing was begun.
public enum IncidentTriggerError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownCamera(CameraID)
    /// The program is ending.
    case stopping

    public var description: String {
        switch self {
        case .unknownCamera(let camera): "there is no camera \(camera) in the configuration"
        case .stopping: "the daemon is being stopped; trigger again when it is back"
        }
    }
}
