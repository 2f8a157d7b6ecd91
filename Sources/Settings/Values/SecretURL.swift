import Foundation

/// An address that is itself a secret (many chat services put the key into the path). Prints only scheme and host.
public struct SecretURL: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let url: URL

    public init(_ url: URL) { self.url = url }

    /// The whole address, for the one place that opens it. Never log it.
    public func reveal() -> URL { url }

    public var description: String { "\(url.scheme ?? "")://\(url.host() ?? "")/<secret>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
