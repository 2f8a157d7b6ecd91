/// Why the web part can't run.
public enum WebError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address is taken, unknown here, or not allowed to this user.
    case cannotListen(host: String, port: Int, reason: String)

    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "can't serve pages on \(host), port \(port): \(reason); choose another host or port under \"web\""
        }
    }
}
