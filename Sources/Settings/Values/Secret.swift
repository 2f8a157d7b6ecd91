import Foundation

/// A password, token or the like. It never shows its value: not when printed, interpolated, dumped or reflected.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    public init(_ value: String) { self.value = value }

    /// The value itself, for the one place that sends it. Never log it.
    public func reveal() -> String { value }

    public var description: String { "<secret>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

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

/// The address of a camera's stream: user name and password are never part of it, and its query, where many cameras
/// expect a password, is hidden when it is printed.
public struct StreamURL: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What may stand in a configuration. `file` is left out on purpose: files are for `aislewatch watch`.
    public static let schemes = ["rtsp", "rtsps", "http", "https"]

    /// `rtsp`, `rtsps`, `http` or `https`.
    public let scheme: String
    /// Host and port as written, an IPv6 address in brackets.
    public let authority: String
    /// Path, query and fragment as written, beginning with `/` or `?`; may be empty.
    private let rest: String

    init(_ address: NetworkAddress) {
        scheme = address.scheme
        authority = address.authority
        rest = address.rest
    }

    /// The whole address, for the one place that opens it. It may carry a secret in its query.
    public func reveal() -> String { "\(scheme)://\(authority)\(rest)" }

    public var description: String {
        let path = rest.prefix { $0 != "?" && $0 != "#" }
        return "\(scheme)://\(authority)\(path)" + (path.count < rest.count ? "?<hidden>" : "")
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
