import Domain
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

    /// - Returns: nil for what is no secret.
    private static func shown(_ value: String, _ written: String, _ keys: [String]) -> String? {
        guard !value.isEmpty, !value.contains("${"), !value.hasPrefix("file:"), !value.contains(mark) else {
            return nil
        }
        let key = keys.last ?? ""
        let words = ["password", "passphrase", "token", "secret", "auth", "api_key", "private_key", "sid_key"]
        let isSecretURL = key == "url" && keys.contains("channels")
        if words.contains(where: key.contains) || keys.dropLast().last == "headers" || isSecretURL {
            return written.hasPrefix("\"") || written.hasPrefix("'") ? "\"\(mark)\"" : mark
        }
        // rtsp://user:password@host
        guard let scheme = written.range(of: "://") else { return nil }
        let head = written[scheme.upperBound...].prefix { $0 != "/" }
        guard let at = head.lastIndex(of: "@"), let colon = head[..<at].firstIndex(of: ":") else { return nil }
        return String(written[...colon]) + mark + String(written[at...])
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
