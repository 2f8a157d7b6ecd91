/// Where a part says that something is wrong with the installation, and that it is right again.
public protocol NoticeSink: Sendable {
    /// Opens the notice and has people told, or does nothing while one with its key is open. Never throws and may
    /// return before anything is written.
    func raise(_ notice: OperationalNotice)
    /// Closes the open notice with this ``OperationalNotice/key``, if there is one.
    func clear(_ key: String)
}

/// For tests and for commands that nobody watches.
public struct SilentNotices: NoticeSink {
    public init() {}

    public func raise(_ notice: OperationalNotice) {}

    public func clear(_ key: String) {}
}
