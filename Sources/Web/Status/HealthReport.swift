/// What `GET /health` answers. Anybody may ask, so it tells nothing about the site but numbers.
public struct HealthReport: Sendable, Codable, Hashable {
    public enum Status: String, Sendable, Codable {
        /// All is well.
        case ok
        /// It works, but something needs attention, such as a camera that is offline.
        case degraded
        /// It doesn't do its job. Answered with 503.
        case failed
    }

    public var status: Status
    /// The program's version.
    public var version: String
    /// Seconds since the program started.
    public var uptimeSeconds: Int
    /// Cameras that deliver pictures now, of those configured.
    public var camerasOnline: Int
    public var camerasConfigured: Int

    public init(status: Status, version: String, uptimeSeconds: Int, camerasOnline: Int, camerasConfigured: Int) {
        self.status = status
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.camerasOnline = camerasOnline
        self.camerasConfigured = camerasConfigured
    }

    enum CodingKeys: String, CodingKey {
        case status, version
        case uptimeSeconds = "uptime_seconds"
        case camerasOnline = "cameras_online"
        case camerasConfigured = "cameras_configured"
    }
}
