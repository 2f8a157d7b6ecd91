/// Which blobs are worth a look by the network.
public struct ProposalSettings: Hashable, Sendable {
    /// Part of the picture that a blob must at least and may at most cover.
    public var minAreaFraction = 0.0006
    public var maxAreaFraction = 0.3
    /// Part of its bounding box that a clear blob fills.
    public var minFill = 0.25

    public init() {}
}
