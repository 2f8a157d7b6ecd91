/// An address that an outside monitor listens on (healthchecks.io, Uptime Kuma and the like): fetched again and again while
/// all is well.
public struct Heartbeat: Sendable {
    private let url: String
    private let http: HTTPExchange

    /// - Parameter url: Often a secret; it is never logged.
    public init(url: String, timeoutSeconds: Double = 10) {
        self.url = url
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    /// Returns when the monitor has heard it.
    public func beat() async throws(AlertError) {
        let answer = try await http.get(url, headers: [], maximumBytes: 0)
        guard (200..<300).contains(answer.status) else {
            throw .temporary(reason: "the monitor answers HTTP \(answer.status)")
        }
    }
}
