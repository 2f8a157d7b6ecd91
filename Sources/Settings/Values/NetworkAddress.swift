import Foundation
import Glibc

/// A network address taken apart by hand. `Foundation.URL` refuses the passwords that cameras ask for (`p@ss#1`), and
/// an error must never quote one.
struct NetworkAddress: Hashable {
    /// Why a text is no address; worded so that it can't contain a part of a password.
    enum Fault: Error, Hashable {
        case noScheme
        case scheme(String)
        case noHost
        case badHost
        case badPort
        case badCharacter

        var found: String {
            switch self {
            case .noScheme: "an address without a scheme"
            case .scheme(let scheme): "the scheme \"\(scheme)\""
            case .noHost: "an address without a host"
            case .badHost: "a host with a character that no host name has"
            case .badPort: "a port that is not a number from 1 to 65535"
            case .badCharacter: "a space or control character in the address"
            }
        }
    }

    var scheme: String
    var user: String?
    var password: String?
    var authority: String
    var host: String
    var port: Int?
    var rest: String

    /// - Parameter text: `scheme://[user[:password]@]host[:port][/path][?query]`; the user part ends at the last `@`
    ///   before the path.
    init(_ text: String, schemes: [String]) throws(Fault) {
        guard let separator = text.range(of: "://") else { throw .noScheme }
        scheme = text[..<separator.lowerBound].lowercased()
        guard schemes.contains(scheme) else {
            // A text that begins with a password would be quoted here; a real scheme is a short word.
            let isWord = scheme.count <= 12 && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            throw isWord && !scheme.isEmpty ? .scheme(scheme) : .noScheme
        }
        let body = text[separator.upperBound...]
        var head = body.prefix { $0 != "/" }
        if let at = head.lastIndex(of: "@") {
            let parts = head[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = parts.first.map(String.init)
            password = parts.count > 1 ? String(parts[1]) : nil
            head = head[head.index(after: at)...]
        }
        head = head.prefix { $0 != "?" && $0 != "#" }
        rest = String(body[head.endIndex...])
        authority = head.lowercased()
        let (name, digits) = try Self.split(authority)
        host = name
        if let digits {
            guard let number = Int(digits), (1...65535).contains(number), digits.allSatisfy(\.isASCII) else {
                throw .badPort
            }
            port = number
        }
        guard rest.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else { throw .badCharacter }
    }

    private static func split(_ authority: String) throws(Fault) -> (host: String, port: Substring?) {
        guard !authority.isEmpty else { throw .noHost }
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw .badHost }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            guard !host.isEmpty, host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { throw .badHost }
            let tail = authority[authority.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { throw .badHost }
            return (String(host), tail.isEmpty ? nil : tail.dropFirst())
        }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty else { throw .noHost }
        guard host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "." || $0 == "-" || $0 == "_" })
        else { throw .badHost }
        return (String(host), parts.count > 1 ? parts[1] : nil)
    }

    /// Whether only this machine can be meant.
    var isLoopback: Bool { Self.isLoopback(host) }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// Whether a text can be a host's name or its IP address, without a port.
    static func isHost(_ text: String) -> Bool {
        var address = in6_addr()
        if text.contains(":") { return inet_pton(AF_INET6, text, &address) == 1 }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            }
    }
}
