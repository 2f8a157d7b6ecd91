import Domain
import Incidents
import Media

/// One analysed frame: what was seen and what happened.
public struct PipelineOutput: Sendable {
    public var observation: SceneObservation
    /// In order; mostly none.
    public var events: [IncidentEvent]
    public var frame: VideoFrame
    /// What the rules measured; empty unless asked for.
    public var scores: [RuleScore] = []

    public init(observation: SceneObservation, events: [IncidentEvent], frame: VideoFrame) {
        self.observation = observation
        self.events = events
        self.frame = frame
    }
}
