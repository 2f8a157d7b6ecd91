/// A kind of network with everything around it: crops, memory and policies stay inside. Makes sessions, which share its
/// graphs.
public protocol SegmentationFamily: AnyObject, Sendable {
    /// What the configuration calls it, for instance `compact`.
    var name: String { get }

    /// Which weights and arithmetic it runs with, for the log: "3, bf16".
    var details: String { get }

    /// A session for one object.
    func makeSession() throws -> any SegmentationSession
}

extension SegmentationFamily {
    public var details: String { "" }
}
