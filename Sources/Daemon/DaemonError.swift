/// Why the daemon can't start: one line that says what to do.
public struct DaemonError: Error, CustomStringConvertible, Sendable {
    public let description: String

    init(_ description: String) { self.description = description }
}
