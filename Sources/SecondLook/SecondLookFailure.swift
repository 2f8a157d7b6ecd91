/// Why there is no answer; it changes nothing about the incident. Holds no address and no key.
public enum SecondLookFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case noFrames
    case late
    case unreachable
    case status(Int)
    /// Not the JSON that was asked for.
    case unreadable(reason: String)

    public var description: String {
        switch self {
        case .noFrames: "there were no frames to show"
        case .late: "no answer within the time limit"
        case .unreachable: "no connection to the model's server; check second_look.base_url"
        case .status(let code): "the model's server answered with status \(code); check second_look.model and api_key"
        case .unreadable(let reason): "the answer could not be used: \(reason)"
        }
    }
}
