import Domain

/// Where the network should look: a prompt, exactly as a person would click, for a track that the gate found.
public struct Proposal: Hashable, Sendable {
    public var trackID: TrackID
    public var prompt: Prompt
    /// The higher, the more it matters.
    public var priority: Double

    public init(trackID: TrackID, prompt: Prompt, priority: Double) {
        self.trackID = trackID
        self.prompt = prompt
        self.priority = priority
    }
}
