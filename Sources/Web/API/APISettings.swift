public import Storage

/// Limits and habits of the API.
public struct APISettings: Sendable {
    /// A session that was not used for so long ends.
    public var idleSeconds = 12.0 * 3600
    /// A session ends after this time whatever happens.
    public var sessionSeconds = 14.0 * 86_400
    /// Wrong passwords at once from one address, and seconds until one more is allowed.
    public var wrongPasswords = (capacity: 8.0, refillSeconds: 30.0)
    /// Wrong passwords at once for one name, from wherever: high, so that nobody can lock out others easily.
    public var wrongPasswordsPerName = (capacity: 50.0, refillSeconds: 20.0)
    /// Requests at once from one address, and seconds until one more is allowed.
    public var requests = (capacity: 400.0, refillSeconds: 0.02)
    /// A request's body.
    public var maxBodyBytes = 1 << 20
    public var passwordCost = PasswordHash.Cost()
    /// Proxies whose word about the client counts.
    public var trustedProxies: [AddressRange] = []
    /// The server itself speaks TLS.
    public var isTLS = false

    public init() {}
}
