import Domain
import Foundation
import Yams

extension Section {
    /// A number within `range`. - Parameter unit: `seconds`, `frames a second`, …; empty for a ratio.
    func number(_ key: String, default fallback: Double, in range: ClosedRange<Double>, unit: String) -> Double {
        declareNumber(key, range, unit, usual: fallback, isWhole: false)
        return number(key, in: range, unit: unit) ?? fallback
    }

    /// A number within `range`, nil when there is none (or a wrong one, which has been reported).
    func number(_ key: String, in range: ClosedRange<Double>, unit: String) -> Double? {
        declareNumber(key, range, unit, usual: nil, isWhole: false)
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
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        declareNumber(key, bounds, unit, usual: Double(fallback), isWhole: true)
        return integer(key, in: range, unit: unit) ?? fallback
    }

    func integer(_ key: String, in range: ClosedRange<Int>, unit: String) -> Int? {
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        declareNumber(key, bounds, unit, usual: nil, isWhole: true)
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
        declare(key, .flag) { $0.usual = .flag(fallback) }
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
        declare(key, .text)
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
        declare(key, .texts) { $0.of = what }
        return items(key, of: what).compactMap { path, node, mark in
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
        declare(key, .choice) {
            $0.words = Choice.allCases.map(\.rawValue)
            $0.usual = .text(fallback.rawValue)
        }
        return choice(key) ?? fallback
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) -> Choice? where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        declare(key, .choice) { $0.words = words }
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
        declare(key, .path)
        return text(key, allowed: "a path").map { context.absolute($0.value) }
    }

    /// Decimal numbers alone: no `0x10`, no `1_000`, no `1:30`, no `.inf`.
    static func decimal(_ text: String) -> Double? {
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }),
            let value = Double(text), value.isFinite
        else { return nil }
        return value
    }

    private func declareNumber(
        _ key: String, _ range: ClosedRange<Double>, _ unit: String, usual: Double?, isWhole: Bool
    ) {
        declare(key, .number) {
            $0.minimum = range.lowerBound
            $0.maximum = range.upperBound
            $0.isWhole = isWhole
            $0.unit = unit.isEmpty ? nil : unit
            $0.usual = usual.map { .number($0) }
        }
    }

    private static func numberWords(_ low: Double, _ high: Double, unit: String, whole: Bool) -> String {
        let bounds = "from \(plain(low)) to \(plain(high))"
        return "a \(whole ? "whole number" : "number") \(bounds)" + (unit.isEmpty ? "" : " (\(unit))")
    }

    private static func plain(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}

extension Section {
    /// A time of day as in "06:30", in minutes since midnight. YAML 1.1 reads an unquoted 06:30 as a text, too.
    func timeOfDay(_ key: String) -> Int? {
        let allowed = "a time of day as in \"06:30\", from 00:00 to 23:59"
        declare(key, .time)
        guard let text = text(key, allowed: allowed) else { return nil }
        let parts = text.value.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else {
            refuse(key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
            return nil
        }
        return hour * 60 + minute
    }

    /// `{days: [mon, …], from: "06:00", to: "14:00"}`; nil when there is none.
    func shift(_ key: String) -> Shift? {
        let section = section(key)
        guard section.isPresent else { return nil }
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        let days = section.names("days", known: names, of: "days").compactMap { names.firstIndex(of: $0) }
        let from = section.timeOfDay("from"), to = section.timeOfDay("to")
        for key in ["from", "to"] where section.node(key) == nil {
            section.missing(key, allowed: "needed: a time of day as in \"06:30\"")
        }
        section.finish()
        guard let from, let to else { return nil }
        return Shift(weekdays: days.isEmpty ? Set(1...7) : Set(days.map { $0 + 1 }), fromMinute: from, toMinute: to)
    }
}
