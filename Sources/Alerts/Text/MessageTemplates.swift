import Foundation

/// What messages say, in one language: patterns by key, as in `Languages/en.txt`.
///
/// `{name}` stands for a field. What stands in `[…]` is left out when a field in it is unknown or empty. In a list, parts
/// separated by `|` are left out in the same way and joined by commas.
public struct MessageTemplates: Hashable, Sendable {
    private var patterns: [String: String]

    /// The languages that come with the program, by their IANA names.
    public static let languages = ["en", "de"]

    /// - Parameters:
    ///   - language: One of ``languages``; another gives English.
    ///   - own: A site's own lines, which go before those of the language.
    public init(language: String = "en", own: String? = nil, file: String = "text file") throws(TemplateError) {
        patterns = try Self.parse(Self.text(of: "en"), file: "en.txt")
        if language != "en" {
            patterns.merge(try Self.parse(Self.text(of: language), file: "\(language).txt")) { $1 }
        }
        guard let own else { return }
        let known = patterns
        let lines = try Self.lines(own, file: file)
        for line in lines {
            guard known[line.key] != nil else {
                throw TemplateError(
                    file: file, line: line.number, column: line.keyColumn,
                    reason: "there is no text \"\(line.key)\" to change")
            }
            let fields = Self.fields(known[line.key] ?? "").map(\.name)
            for field in Self.fields(line.pattern) where !fields.contains(field.name) {
                let known = fields.isEmpty ? "none" : Set(fields).sorted().map { "{\($0)}" }.joined(separator: ", ")
                throw TemplateError(
                    file: file, line: line.number, column: line.patternColumn + field.offset,
                    reason: "\"\(line.key)\" has no field {\(field.name)}; fields: \(known)")
            }
            patterns[line.key] = line.pattern
        }
    }

    /// English, which is always whole.
    public static let english = (try? MessageTemplates()) ?? MessageTemplates(patterns: [:])

    private init(patterns: [String: String]) { self.patterns = patterns }

    var keys: Set<String> { Set(patterns.keys) }

    /// The text under a key with its fields filled in; nil when there is no such text, or when a field that stands outside
    /// `[…]` is unknown.
    func text(_ key: String, _ fields: [String: String] = [:]) -> String? {
        patterns[key].flatMap { Self.fill($0[...], fields) }
    }

    /// The parts under a key that can be said, joined by commas; nil when none can.
    func list(_ key: String, _ fields: [String: String]) -> String? {
        guard let pattern = patterns[key] else { return nil }
        let parts = pattern.split(separator: "|").compactMap { part in
            Self.fill(part, fields)?.trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    // MARK: - Reading

    private static func text(of language: String) -> String {
        switch language {
        case "de": String(decoding: PackageResources.de_txt, as: UTF8.self)
        default: String(decoding: PackageResources.en_txt, as: UTF8.self)
        }
    }

    private struct Line {
        var number: Int
        var key: String
        var pattern: String
        /// From 1.
        var keyColumn: Int
        var patternColumn: Int
    }

    private static func parse(_ text: String, file: String) throws(TemplateError) -> [String: String] {
        Dictionary(try lines(text, file: file).map { ($0.key, $0.pattern) }, uniquingKeysWith: { $1 })
    }

    private static func lines(_ text: String, file: String) throws(TemplateError) -> [Line] {
        var lines: [Line] = []
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = raw.trimmingCharacters(in: .whitespacesAndNewlines)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let number = index + 1
            let keyColumn = raw.prefix { $0.isWhitespace }.count + 1
            guard let equals = line.firstIndex(of: "=") else {
                throw TemplateError(
                    file: file, line: number, column: keyColumn,
                    reason: "a line is \"key = text\", or a comment after #")
            }
            let key = line[..<equals].trimmingCharacters(in: .whitespaces)
            let behind = line[line.index(after: equals)...]
            let pattern = behind.trimmingCharacters(in: .whitespaces)
            let patternColumn =
                keyColumn + line.distance(from: line.startIndex, to: behind.startIndex)
                + behind.prefix { $0.isWhitespace }.count
            guard isWellFormed(pattern) else {
                throw TemplateError(
                    file: file, line: number, column: patternColumn,
                    reason: "a \"{\" or \"[\" has no end, or one stands in another")
            }
            guard !lines.contains(where: { $0.key == key }) else {
                throw TemplateError(
                    file: file, line: number, column: keyColumn, reason: "\"\(key)\" a second time")
            }
            lines.append(
                Line(
                    number: number, key: key, pattern: pattern, keyColumn: keyColumn, patternColumn: patternColumn))
        }
        return lines
    }

    private static func isWellFormed(_ pattern: String) -> Bool {
        var inBrackets = false, inBraces = false
        for character in pattern {
            switch character {
            case "[":
                if inBrackets || inBraces { return false }
                inBrackets = true
            case "]":
                if !inBrackets || inBraces { return false }
                inBrackets = false
            case "{":
                if inBraces { return false }
                inBraces = true
            case "}":
                if !inBraces { return false }
                inBraces = false
            default: break
            }
        }
        return !inBrackets && !inBraces
    }

    /// - Returns: Names in the order in which they stand, with their places from 0.
    private static func fields(_ pattern: String) -> [(name: String, offset: Int)] {
        var fields: [(name: String, offset: Int)] = []
        var rest = pattern[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            fields.append((name, pattern.distance(from: pattern.startIndex, to: open)))
            rest = rest[rest.index(after: close)...]
        }
        return fields
    }

    // MARK: - Filling in

    private static func fill(_ pattern: Substring, _ fields: [String: String]) -> String? {
        var result = ""
        var rest = pattern
        while let next = rest.firstIndex(where: { $0 == "{" || $0 == "[" }) {
            result += rest[..<next]
            let isOptional = rest[next] == "["
            guard let end = rest[next...].firstIndex(of: isOptional ? "]" : "}") else { return nil }
            let inner = rest[rest.index(after: next)..<end]
            if isOptional {
                result += fill(inner, fields) ?? ""
            } else {
                guard let value = fields[String(inner)], !value.isEmpty else { return nil }
                result += value
            }
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}

/// A mistake in a site's own text file.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// From 1.
    public var line: Int
    /// From 1.
    public var column: Int
    public var reason: String

    public var description: String { "\(file):\(line):\(column): \(reason)" }
}
