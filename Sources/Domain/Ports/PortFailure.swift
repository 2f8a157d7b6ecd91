/// Why another module could not do what was asked of it, in words for people.
public enum PortFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such thing.
    case notFound(String)
    /// What was asked makes no sense; it says what would.
    case invalid(String)
    /// Something else is in the way, now.
    case conflict(String)
    /// The camera sends nothing now.
    case offline(String)
    /// This installation has no such part.
    case notAvailable(String)

    public var description: String {
        switch self {
        case .notFound(let text), .invalid(let text), .conflict(let text), .offline(let text), .notAvailable(let text):
            text
        }
    }
}
