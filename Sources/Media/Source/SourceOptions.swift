import Foundation

/// Where frames come from and how long to wait for them.
public struct SourceOptions: Hashable, Sendable, CustomStringConvertible {
    /// A file's path, `file:` or `rtsp(s)://`, `http(s)://`. User and password may be part of it; they are never
    /// printed.
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
    /// Width by height of the shown frame, for cameras that squeeze theirs without saying so; nil believes the source.
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

/// What a source's address means, and how FFmpeg is to be given it.
enum SourceKind: Equatable {
    case file(path: String)
    case rtsp(url: String)
    case http(url: String)

    /// Reads the address; looks whether a file is there.
    /// - Throws: `MediaError` that names what is wrong.
    init(_ options: SourceOptions) throws {
        let text = options.url
        if text.hasPrefix("file:") {
            let path = String(text.dropFirst(text.hasPrefix("file://") ? 7 : 5))
            self = .file(path: try Self.checked(path.removingPercentEncoding ?? path))
            return
        }
        guard let range = text.range(of: "://") else {
            self = .file(path: try Self.checked(text))
            return
        }
        let scheme = text[..<range.lowerBound].lowercased()
        let rest = String(text[range.upperBound...])
        guard !rest.isEmpty, !rest.hasPrefix("/"), !text.contains(where: { $0 == "\n" || $0 == "\0" || $0 == "\r" })
        else {
            throw MediaError.invalidURL(source: options.redactedURL)
        }
        let url = "\(scheme)://" + Self.insertingCredentials(of: options, into: rest)
        switch scheme {
        case "rtsp", "rtsps": self = .rtsp(url: url)
        case "http", "https": self = .http(url: url)
        default: throw MediaError.unsupportedScheme(scheme: scheme)
        }
    }

    /// The host's name in a URL's rest after `://`; nil when there is none.
    static func host(of url: String) -> String? {
        guard let scheme = url.range(of: "://") else { return nil }
        var authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if authority.hasPrefix("[") { return authority.dropFirst().split(separator: "]").first.map(String.init) }
        return authority.split(separator: ":").first.map(String.init)
    }

    private static func insertingCredentials(of options: SourceOptions, into rest: String) -> String {
        guard let username = options.username else { return rest }
        let authorityEnd = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let password = options.password.map { ":" + encode($0) } ?? ""
        return encode(username) + password + "@" + host + rest[authorityEnd...]
    }

    private static func encode(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }

    private static func checked(_ path: String) throws -> String {
        var isFolder: ObjCBool = false
        guard !path.isEmpty, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw MediaError.notFound(path: path.isEmpty ? "(empty path)" : path)
        }
        guard !isFolder.boolValue else { throw MediaError.notReadable(path: path, reason: "it is a folder") }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw MediaError.notReadable(path: path, reason: "permission denied")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        if attributes?[.type] as? FileAttributeType == .typeRegular, (attributes?[.size] as? NSNumber)?.int64Value == 0
        {
            throw MediaError.empty(path: path)
        }
        return path
    }
}

/// Asks the resolver.
enum HostName {
    /// Whether `name` has an address. Blocks as long as the resolver takes.
    static func isKnown(_ name: String) -> Bool {
        var result: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, nil, &result)
        if let result { freeaddrinfo(result) }
        return code == 0
    }
}
