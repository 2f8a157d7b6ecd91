import Foundation
import Yams

extension Section {
    /// A camera's address with the user name and password that stood in it.
    func stream(_ key: String) -> (url: StreamURL, user: String?, password: Secret?, mark: Position)? {
        let allowed = "rtsp://host/path, rtsps://…, http://… or https://…"
        declare(key, .address)
        guard let (node, mark) = node(key) else { return nil }
        guard case .scalar(let scalar) = node else {
            refuse(key, at: mark, found: node.kindInWords, allowed: allowed)
            return nil
        }
        guard scalar.string == scalar.string.trimmingCharacters(in: .whitespacesAndNewlines) else {
            refuse(key, at: mark, found: "an address with a space before or after it", allowed: allowed)
            return nil
        }
        let address: NetworkAddress
        do {
            // Taken apart before variables are expanded, so that a password may hold any character.
            var template = scalar.string
            if !template.contains("://") {
                guard let whole = context.expand(template, at: mark) else { return nil }
                template = whole
            }
            address = try parse(template, at: mark)
        } catch {
            refuse(key, at: mark, found: error.found, allowed: allowed + Self.advice(for: error))
            return nil
        }
        guard let user = expanded(address.user, at: mark), let password = expanded(address.password, at: mark) else {
            return nil
        }
        if let password = address.password, !password.contains("${") { warnIfReadable(key, at: mark) }
        return (StreamURL(address), user.value, password.value.map(Secret.init), mark)
    }

    /// An `http` or `https` address without user name and password.
    func webAddress(_ key: String, allowed: String = "http://host/… or https://host/…") -> Marked<URL>? {
        declare(key, .address)
        guard let text = text(key, allowed: allowed) else { return nil }
        return webAddress(key, text, allowed: allowed)
    }

    /// The same where whoever knows the address can use it: `file:PATH` takes it from a file.
    func secretAddress(_ key: String) -> Marked<URL>? {
        guard let (node, mark) = node(key), case .scalar(let scalar) = node, scalar.string.hasPrefix("file:") else {
            return webAddress(key)
        }
        return secret(key, what: "the address").flatMap { secret in
            webAddress(
                key, Marked(value: secret.reveal(), mark: mark), allowed: "a file with http://host/… or https://host/…")
        }
    }

    private func webAddress(_ key: String, _ text: Marked<String>, allowed: String) -> Marked<URL>? {
        do {
            let address = try NetworkAddress(text.value, schemes: ["http", "https"])
            guard address.user == nil else {
                refuse(
                    key, at: text.mark, found: "an address with a user name in it",
                    allowed: "an address alone; credentials have keys of their own")
                return nil
            }
            guard let url = URL(string: "\(address.scheme)://\(address.authority)\(address.rest)") else {
                refuse(
                    key, at: text.mark, found: "an address with a character that must be %-encoded", allowed: allowed)
                return nil
            }
            return Marked(value: url, mark: text.mark)
        } catch {
            refuse(key, at: text.mark, found: error.found, allowed: allowed)
            return nil
        }
    }

    private func parse(_ template: String, at mark: Position) throws(NetworkAddress.Fault) -> NetworkAddress {
        guard template.contains("${") else { return try NetworkAddress(template, schemes: StreamURL.schemes) }
        // Braces are no host characters: variables in host and path are expanded first, those before the "@" last.
        guard let separator = template.range(of: "://") else { throw .noScheme }
        let body = template[separator.upperBound...]
        let head = body.prefix { $0 != "/" }
        let credentials = head.lastIndex(of: "@").map { body[...$0] } ?? body[..<body.startIndex]
        guard let rest = context.expand(String(body[credentials.endIndex...]), at: mark) else { throw .badHost }
        return try NetworkAddress(template[..<separator.upperBound] + credentials + rest, schemes: StreamURL.schemes)
    }

    /// The part with its variables' values; one without variables is %-decoded as in any address.
    private func expanded(_ part: String?, at mark: Position) -> (value: String?, Void)? {
        guard let part, !part.isEmpty else { return (nil, ()) }
        guard part.contains("${") else { return (part.removingPercentEncoding ?? part, ()) }
        return context.expand(part, at: mark).map { ($0, ()) }
    }

    private static func advice(for fault: NetworkAddress.Fault) -> String {
        switch fault {
        case .scheme("file"): "; for a file use \"aislewatch watch FILE\""
        case .badPort, .badHost, .badCharacter: "; a password with special characters belongs under \"password\""
        default: ""
        }
    }
}
