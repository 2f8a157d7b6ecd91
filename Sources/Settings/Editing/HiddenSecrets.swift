import Domain
import Foundation
import Yams

/// Takes the secrets that stand in a configuration's text out of it before it is shown, and puts them back when it is saved.
public enum HiddenSecrets {
    public static let mark = "<hidden>"

    /// The text with each secret replaced by the mark. A text that is no YAML is not shown at all.
    public static func hide(_ text: String) -> String {
        guard let places = try? places(in: text) else { return "" }
        let source = YAMLSource(text)
        var result = ""
        var from = 0
        for place in places {
            result += source.text(from..<place.range.lowerBound) + place.shown
            from = place.range.upperBound
        }
        return result + source.text(from..<source.scalars.count)
    }

    /// The text with the secrets of `old` where the mark stands for them.
    /// - Throws: ``PortFailure/invalid(_:)`` when the mark stands where there was no secret.
    public static func restore(_ text: String, from old: String) throws -> String {
        guard text.contains(mark) else { return text }
        guard let root = try? Yams.compose(yaml: text) else { return text }
        let source = YAMLSource(text), oldSource = YAMLSource(old)
        let known = Dictionary(
            try places(in: old).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        var marked: [(range: Range<Int>, path: String)] = []
        try walk(root, [], source, inFlow: false) { range, path, scalar, _ in
            if scalar.contains(mark) { marked.append((range, path.joined(separator: "\u{1}"))) }
        }
        var result = ""
        var from = 0
        for place in marked.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            guard let secret = known[place.path], secret.shown == source.text(place.range) else {
                throw PortFailure.invalid(
                    "\"\(mark)\" stands where there was no secret; write the secret itself, ${NAME} or file:PATH.")
            }
            result += source.text(from..<place.range.lowerBound) + oldSource.text(secret.range)
            from = place.range.upperBound
        }
        return result + source.text(from..<source.scalars.count)
    }

    /// The file's values without secrets, as JSON.
    public static func json(_ text: String) -> String {
        guard let root = try? Yams.compose(yaml: hide(text)) else { return "{}" }
        return json(root)
    }

    // MARK: Parts

    private struct Place {
        var range: Range<Int>
        var path: String
        /// The text that is shown in its place.
        var shown: String
    }

    private static func places(in text: String) throws -> [Place] {
        guard let root = try Yams.compose(yaml: text) else { return [] }
        let source = YAMLSource(text)
        var places: [Place] = []
        try walk(root, [], source, inFlow: false) { range, path, scalar, keys in
            guard let shown = shown(scalar, source.text(range), keys) else { return }
            places.append(Place(range: range, path: path.joined(separator: "\u{1}"), shown: shown))
        }
        return places.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// - Returns: nil for what has no secret in it.
    private static func shown(_ value: String, _ written: String, _ keys: [String]) -> String? {
        guard !value.isEmpty, !value.hasPrefix("file:"), !value.contains(mark) else { return nil }
        let whole = written.hasPrefix("\"") || written.hasPrefix("'") ? "\"\(mark)\"" : mark
        let key = keys.last ?? ""
        if isSecretName(key) || keys.dropLast().last == "headers" { return hasOwnText(value) ? whole : nil }
        // Whoever knows the address of a chat service or of a monitor can use it.
        if key == "url" && keys.contains("channels") || key == "heartbeat_url", literal(value) == value { return whole }
        let hidden = hidingParts(of: value)
        guard hidden != value else { return nil }
        // Where the text is written with escapes, its parts can't be told apart there.
        return written.contains(value) ? written.replacing(value, with: hidden) : whole
    }

    private static func isSecretName(_ name: some StringProtocol) -> Bool {
        let words = ["password", "passphrase", "token", "secret", "auth", "api_key", "private_key", "sid_key"]
        return words.contains { name.contains($0) }
    }

    /// Whether it says more than names of variables: `Bearer ${TOKEN}` does not.
    private static func hasOwnText(_ value: String) -> Bool {
        let rest = literal(value)
        guard rest != value else { return true }
        return !["", "bearer", "basic", "token", "key"].contains(rest.trimmingCharacters(in: .whitespaces).lowercased())
    }

    /// Without references to variables; `$${` is none.
    private static func literal(_ value: String) -> String {
        value.replacing(/(?<escaped>\$?)\$\{[A-Za-z_][A-Za-z0-9_]*\}/) { match in
            match.escaped.isEmpty ? "" : String(match.0)
        }
    }

    /// An address with its password, and what its query or fragment calls a secret, hidden.
    private static func hidingParts(of address: String) -> String {
        guard let scheme = address.range(of: "://") else { return address }
        var result = address
        // From behind, so that the places before stay.
        let names = /[?&;#]([^=&;#]*)=([^&;#]*)/
        for match in address[scheme.upperBound...].matches(of: names).reversed() {
            let name = match.1.removingPercentEncoding ?? String(match.1)
            let plain = name.lowercased().replacing("-", with: "_")
            let isSecret =
                isSecretName(plain) || ["pwd", "passwd", "pass", "key", "apikey", "sig", "signature"].contains(plain)
                || plain.hasSuffix("_key") || plain.hasSuffix("pwd")
            if isSecret, hasOwnText(String(match.2)), !match.2.isEmpty {
                result.replaceSubrange(match.2.startIndex..<match.2.endIndex, with: mark)
            }
        }
        // rtsp://user:password@host
        let head = address[scheme.upperBound...].prefix { !"/?#".contains($0) }
        if let at = head.lastIndex(of: "@"), let colon = head[..<at].firstIndex(of: ":") {
            let password = head[head.index(after: colon)..<at]
            if !password.isEmpty, hasOwnText(String(password)) {
                result.replaceSubrange(head.index(after: colon)..<at, with: mark)
            }
        }
        return result
    }

    private static func walk(
        _ node: Node, _ path: [String], keys: [String] = [], _ source: YAMLSource, inFlow: Bool,
        _ body: (_ range: Range<Int>, _ path: [String], _ value: String, _ keys: [String]) -> Void
    ) throws {
        let isFlow = try inFlow || source.isFlow(node, source.start(node))
        switch node {
        case .scalar(let scalar):
            guard !node.isNothing else { return }
            body(try source.start(node)..<source.end(node, inFlow: inFlow), path, scalar.string, keys)
        case .mapping(let mapping):
            for (key, value) in mapping {
                let name = key.string ?? ""
                try walk(value, path + [name], keys: keys + [name], source, inFlow: isFlow, body)
            }
        case .sequence(let sequence):
            for (index, item) in sequence.enumerated() {
                let name = YAMLTree(item).itemName ?? "\(index)"
                try walk(item, path + ["[\(name)]"], keys: keys, source, inFlow: isFlow, body)
            }
        case .alias: break
        }
    }

    private static func json(_ node: Node) -> String {
        switch node {
        case .mapping(let mapping):
            "{" + mapping.map { "\(quoted($0.key.string ?? "")):\(json($0.value))" }.joined(separator: ",") + "}"
        case .sequence(let sequence): "[" + sequence.map { json($0) }.joined(separator: ",") + "]"
        case .alias: "null"
        case .scalar(let scalar):
            if node.isNothing {
                "null"
            } else if scalar.style != .plain {
                quoted(scalar.string)
            } else if let flag = node.bool {
                flag ? "true" : "false"
            } else if scalar.string.count < 30, let number = Section.decimal(scalar.string) {
                number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
            } else if node.null != nil {
                "null"
            } else {
                quoted(scalar.string)
            }
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default:
                if scalar.value < 0x20 {
                    let hex = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
