/// How the daemon does.
public protocol StatusSource: Sendable {
    func status() async -> DaemonStatus
}
