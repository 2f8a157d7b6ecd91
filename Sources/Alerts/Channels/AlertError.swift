/// Why a message did not go out. The reason is one line without secrets: no address, no key, no recipient.
public enum AlertError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The provider did not take it; another attempt may succeed.
    /// - `retryAfterSeconds`: when the provider asked for a pause.
    case temporary(reason: String, retryAfterSeconds: Double? = nil)
    /// Nobody knows whether the provider took it: look before sending again.
    case outcomeUnknown(reason: String)
    /// No attempt will ever succeed.
    case permanent(reason: String)

    public var reason: String {
        switch self {
        case .temporary(let reason, _), .outcomeUnknown(let reason), .permanent(let reason): reason
        }
    }

    public var description: String { reason }
}
