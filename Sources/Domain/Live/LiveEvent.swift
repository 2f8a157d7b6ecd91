public import Foundation

/// What pages are told while they are open.
public enum LiveEvent: Sendable {
    case scene(LiveScene)
    /// Only for those who asked for it.
    case scores(LiveScores)
    case incident(IncidentEvent)
    /// Somebody reviewed, protected or acknowledged it, or a clip of it is whole now.
    case incidentChanged(IncidentID)
    case follow(FollowView)
    case camera(CameraView)
    /// The configuration file was changed.
    case configuration(revision: String)
    case warning(LogWarning)

    /// The camera that it is about, if it is about one.
    public var camera: CameraID? {
        switch self {
        case .scene(let scene): scene.camera
        case .scores(let scores): scores.camera
        case .incident(let event): event.incident.camera
        case .follow(let follow): follow.object.camera
        case .camera(let camera): camera.id
        case .incidentChanged, .configuration, .warning: nil
        }
    }
}

/// A line of the log that a person should see.
public struct LogWarning: Hashable, Sendable {
    public var at: Date
    /// `warning`, `error` or `critical`.
    public var level: String
    public var message: String
    /// How often it came in a row.
    public var count: Int

    public init(at: Date, level: String, message: String, count: Int = 1) {
        self.at = at
        self.level = level
        self.message = message
        self.count = count
    }
}

/// Takes what happens to the pages that are open. Costs next to nothing while none is.
public protocol LiveEvents: Sendable {
    func publish(_ event: LiveEvent)
    /// Whether somebody wants the scenes of this camera drawn.
    func wantsScenes(of camera: CameraID) -> Bool
    /// Whether somebody wants to see what the rules of this camera measure.
    func wantsScores(of camera: CameraID) -> Bool
}
