import Foundation
import Yams

extension Section {
    /// A number within `range`. - Parameter unit: `seconds`, `frames a second`, …; empty for a ratio.
    func number(_ key: String, default fallback: Double, in range: ClosedRange<Double>, unit: String) -> Double {
        number(key, in: range, unit: unit) ?? fallback
    }

    /// A number within `range`, nil when there is none (or a wrong one, which has been reported).
    func number(_ key: String, in range: ClosedRange<Double>, unit: String) -> Double? {
        guard let (node, mark) = node(key) else { return nil }
        let allowed = Self.numberWords(range.lowerBound, range.upperBound, unit: unit, whole: false)
        guard case .scalar(let scalar) = node else {
            refuse(key, at: mark, found: node.kindInWords, allowed: allowed)
            return nil
        }
        guard scalar.isPlain, let value = Self.decimal(scalar.string), range.contains(value) else {
            refuse(key, at: mark, found: scalar.inWords, allowed: allowed)
            return nil
        }
        return value
    }

    /// A whole number within `range`.
    func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>, unit: String) -> Int {
        integer(key, in: range, unit: unit) ?? fallback
    }

    func integer(_ key: String, in range: ClosedRange<Int>, unit: String) -> Int? {
        guard let (node, mark) = node(key) else { return nil }
        let allowed = Self.numberWords(Double(range.lowerBound), Double(range.upperBound), unit: unit, whole: true)
        guard case .scalar(let scalar) = node else {
            refuse(key, at: mark, found: node.kindInWords, allowed: allowed)
            return nil
        }
        guard scalar.isPlain, let value = Int(scalar.string), range.contains(value) else {
            refuse(key, at: mark, found: scalar.inWords, allowed: allowed)
            return nil
        }
        return value
    }

    /// `true` or `false` (YAML 1.1's `yes`, `no`, `on` and `off` too).
    func bool(_ key: String, default fallback: Bool) -> Bool {
        guard let (node, mark) = node(key) else { return fallback }
        if case .scalar(let scalar) = node, scalar.isPlain {
            switch scalar.string.lowercased() {
            case "true", "yes", "on": return true
            case "false", "no", "off": return false
            default: break
            }
        }
        refuse(key, at: mark, found: node.scalar?.inWords ?? node.kindInWords, allowed: "true or false")
        return fallback
    }

    /// A text with `${NAME}` expanded; nil when there is none (or a wrong one, which has been reported).
    ///
    /// A number without quotes is a text here too: a name may be `4711`.
    func text(_ key: String, allowed: String = "a text") -> Marked<String>? {
        guard let (node, mark) = node(key) else { return nil }
        guard case .scalar(let scalar) = node else {
            refuse(key, at: mark, found: node.kindInWords, allowed: allowed)
            return nil
        }
        guard let value = context.expand(scalar.string, at: mark) else { return nil }
        guard !value.allSatisfy(\.isWhitespace) else {
            refuse(key, at: mark, found: "an empty text", allowed: allowed)
            return nil
        }
        guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            refuse(key, at: mark, found: "a text with a line break or control character", allowed: allowed)
            return nil
        }
        return Marked(value: value, mark: mark)
    }

    /// A list of texts; a single one may stand without a list.
    func texts(_ key: String, of what: String) -> [Marked<String>] {
        items(key, of: what).compactMap { path, node, mark in
            guard case .scalar(let scalar) = node, !node.isEmptyScalar else {
                context.problem(mark, found: "\(path) is \(node.kindInWords)", allowed: "allowed: a list of \(what)")
                return nil
            }
            return context.expand(scalar.string, at: mark).map { Marked(value: $0, mark: mark) }
        }
    }

    /// One of a fixed set of words.
    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, default fallback: Choice) -> Choice
    where Choice.RawValue == String {
        choice(key) ?? fallback
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) -> Choice? where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        guard let text = text(key, allowed: words.joined(separator: ", ")) else { return nil }
        guard let value = Choice(rawValue: text.value) else {
            refuse(
                key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
                allowed: words.joined(separator: ", "), suggestion: NearestKey.find(text.value, in: words))
            return nil
        }
        return value
    }

    /// A folder or file; a relative path counts from the configuration file's folder.
    func path(_ key: String) -> URL? {
        text(key, allowed: "a path").map { context.absolute($0.value) }
    }

    /// Decimal numbers alone: no `0x10`, no `1_000`, no `1:30`, no `.inf`.
    static func decimal(_ text: String) -> Double? {
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }),
            let value = Double(text), value.isFinite
        else { return nil }
        return value
    }

    private static func numberWords(_ low: Double, _ high: Double, unit: String, whole: Bool) -> String {
        let bounds = "from \(plain(low)) to \(plain(high))"
        return "a \(whole ? "whole number" : "number") \(bounds)" + (unit.isEmpty ? "" : " (\(unit))")
    }

    private static func plain(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}
