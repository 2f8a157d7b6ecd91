/// How a scene is followed.
public struct SceneSettings: Hashable, Sendable {
    /// Whether an observation waits for the network's masks.
    public enum NetworkPace: Hashable, Sendable {
        /// Each analysed frame waits for its own masks: the same frames give the same observations. For files.
        case inStep
        /// Masks are attached as soon as they are there, some frames late; motion never waits. For live cameras.
        case whenReady
    }

    public var gate = GateSettings()
    public var tracker = TrackerSettings()
    public var proposals = ProposalSettings()
    /// Frames a second that the network looks at.
    public var analysisFPS = 5.0
    /// Objects the network follows at once; those that a person prompted count first.
    public var maxSessions = 4
    public var networkPace = NetworkPace.inStep

    public init() {}
}
