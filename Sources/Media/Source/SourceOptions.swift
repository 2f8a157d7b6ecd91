import Foundation

/// Where pictures come from and how long to wait for them.
public struct SourceOptions: Hashable, Sendable, CustomStringConvertible {
    /// A file's path, `file:` or `rtsp(s)://`, `http(s)://`. User and password may be part of it; they are never printed.
    public var url: String
    /// Used instead of those in `url` when given.
    public var username: String?
    public var password: String?
    /// Seconds for connecting and recognising the stream.
    public var openTimeoutSeconds: Double
    /// Seconds that a live stream may stay silent.
    public var readTimeoutSeconds: Double
    /// Also read the sound. Off unless asked for.
    public var keepAudio: Bool
    /// Width by height of the shown picture, for cameras that squeeze theirs without saying so; nil believes the source.
    public var displayAspect: Double?

    public init(
        url: String, username: String? = nil, password: String? = nil, openTimeoutSeconds: Double = 10,
        readTimeoutSeconds: Double = 10, keepAudio: Bool = false, displayAspect: Double? = nil
    ) {
        self.url = url
        self.username = username
        self.password = password
        self.openTimeoutSeconds = openTimeoutSeconds
        self.readTimeoutSeconds = readTimeoutSeconds
        self.keepAudio = keepAudio
        self.displayAspect = displayAspect
    }

    /// `url` without user, password and secrets in its query.
    public var redactedURL: String { Self.redact(url) }

    public var description: String { redactedURL }

    /// `text` without what may be secret in a URL: the user information and the values of telling query keys.
    static func redact(_ text: String) -> String {
        guard let schemeEnd = text.range(of: "://") else { return text }
        var rest = text[schemeEnd.upperBound...]
        // Passwords with unescaped characters are common: the last @ ends the user information for sure.
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var result = text[..<schemeEnd.upperBound] + parts[0]
        if parts.count > 1 {
            let pairs = parts[1].split(separator: "&", omittingEmptySubsequences: false).map { pair -> Substring in
                guard let equals = pair.firstIndex(of: "=") else { return pair }
                let key = pair[..<equals].lowercased()
                let secret = secretKeys.contains { key.contains($0) }
                return secret ? pair[...equals] + "…" : pair
            }
            result += "?" + pairs.joined(separator: "&")
        }
        return String(result)
    }

    private static let secretKeys = [
        "user", "usr", "pass", "pwd", "psw", "token", "key", "auth", "secret", "login", "sig",
    ]
}
