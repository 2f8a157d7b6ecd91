import Domain
import Foundation

/// Values as YAML text.
enum YAMLText {
    /// Whole numbers without a point, others with at most six digits behind it.
    static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        var text = String(format: "%.6f", value)
        while text.hasSuffix("0") { text.removeLast() }
        return text
    }

    /// On one line.
    static func flow(_ value: ConfigurationValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): self.number(number)
        case .text(let text), .secret(let text): scalar(text, inFlow: true)
        case .list(let values): "[" + values.map(flow).joined(separator: ", ") + "]"
        case .section(let entries):
            entries.isEmpty
                ? "{}"
                : "{" + entries.map { "\(scalar($0.key, inFlow: true)): \(flow($0.value))" }.joined(separator: ", ")
                    + "}"
        }
    }

    /// What stands behind `key:`, with the space or line break before it.
    /// - Parameter indent: columns of the key.
    static func afterKey(_ value: ConfigurationValue, indent: Int) -> String {
        switch value {
        case .section(let entries) where !entries.isEmpty:
            "\n" + section(entries, indent: indent + 2, isFirstIndented: true)
        case .list(let values) where !values.isEmpty && !isShort(value):
            "\n" + values.map { item($0, indent: indent + 2) }.joined(separator: "\n")
        case .text(let text), .secret(let text): " " + scalar(text, inFlow: false)
        default: " " + flow(value)
        }
    }

    /// `- …`, indented.
    static func item(_ value: ConfigurationValue, indent: Int) -> String {
        let space = String(repeating: " ", count: indent)
        switch value {
        case .section(let entries) where !entries.isEmpty:
            return space + "- " + section(entries, indent: indent + 2, isFirstIndented: false)
        case .text(let text), .secret(let text): return space + "- " + scalar(text, inFlow: false)
        default: return space + "- " + flow(value)
        }
    }

    private static func section(
        _ entries: [ConfigurationValue.Entry], indent: Int, isFirstIndented: Bool
    ) -> String {
        let space = String(repeating: " ", count: indent)
        let lines = entries.map { "\(scalar($0.key, inFlow: false)):" + afterKey($0.value, indent: indent) }
        return (isFirstIndented ? space : "") + lines.joined(separator: "\n" + space)
    }

    /// Lists that hold no sections stand on one line: points, names.
    private static func isShort(_ value: ConfigurationValue) -> Bool {
        switch value {
        case .list(let values): values.allSatisfy(isShort)
        case .section: false
        default: true
        }
    }

    /// Plain where that means the same, else in double quotes.
    static func scalar(_ text: String, inFlow: Bool) -> String {
        let isWord =
            text.unicodeScalars.allSatisfy { scalar in
                scalar.value >= 0x20 && scalar.value != 0x7F && !"\"'\\#:{}[],&*!|>%@`".unicodeScalars.contains(scalar)
            } && text.first?.isLetter == true && text.last?.isWhitespace == false
        let hidden = ["null", "true", "false", "yes", "no", "on", "off", "~", "y", "n"]
        if isWord, !hidden.contains(text.lowercased()) { return text }
        // Lengths and speeds: 0.8 m, 8 %, 2 m/s.
        if text.wholeMatch(of: /[0-9]+(\.[0-9]+)? (m|%|px)(\/s)?/) != nil { return text }
        // Addresses read better without quotes, and are as plain.
        let isAddress =
            !inFlow && text.first?.isLetter == true && text.contains(":")
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII && scalar.value > 0x20 && scalar.value != 0x7F
                    && !"\"'\\#{}[],&*!|>%@`".unicodeScalars.contains(scalar)
            } && !text.hasSuffix(":")
        if isAddress { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
