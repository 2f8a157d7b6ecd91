/// Why the web part can't run.
public enum WebError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address is taken, unknown here, or not allowed to this user.
    case cannotListen(host: String, port: Int, reason: String)

    /// A certificate or key can't be used.
    case badCertificate(path: String, reason: String)

    public var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "can't serve pages on \(host), port \(port): \(reason); choose another host or port under \"web\""
        case .badCertificate(let path, let reason):
            "\(path) can't be used for TLS (\(reason)): it must be a PEM file that this user can read"
        }
    }
}
