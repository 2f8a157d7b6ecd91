import Foundation
import Yams

/// What all parts of one reading share: the file's name, the environment, and the mistakes found so far.
final class ReadingContext {
    let file: String
    let environment: [String: String]
    /// Relative paths in the file count from here.
    let baseDirectory: URL
    /// Whether users other than the owner can read the configuration file itself.
    let isReadableByOthers: Bool
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []
    /// Every key that was asked for, by its section's path; lets a misplaced key be recognised.
    private var keys: [(section: String, key: String)] = []
    /// What the reading asked for, in its order.
    private(set) var settings: [SettingDescription] = []
    private var settingsByPath: [String: Int] = [:]
    private var unknownKeys: [(key: Marked<String>, section: String, allowed: [String])] = []

    init(file: String, environment: [String: String], baseDirectory: URL, isReadableByOthers: Bool) {
        self.file = file
        self.environment = environment
        self.baseDirectory = baseDirectory
        self.isReadableByOthers = isReadableByOthers
    }

    func problem(_ mark: Position, found: String, allowed: String, suggestion: String? = nil) {
        problems.append(make(mark, found: found, allowed: allowed, suggestion: suggestion))
    }

    func warning(_ mark: Position, found: String, allowed: String) {
        warnings.append(make(mark, found: found, allowed: allowed, suggestion: nil))
    }

    func register(key: String, section: String) {
        keys.append((section, key))
        declare(key, in: section, .other) { _ in }
    }

    /// Notes what may stand under a key. Who says it first knows it best; ``SettingDescription/Form/other`` is no knowledge.
    func declare(
        _ key: String, in section: String, _ form: SettingDescription.Form,
        _ more: (inout SettingDescription) -> Void
    ) {
        let path = (section.isEmpty ? key : "\(section).\(key)").replacing(/\[\d+\]/, with: "[]")
        if let index = settingsByPath[path] {
            guard settings[index].form == .other, form != .other else { return }
            settings[index].form = form
            more(&settings[index])
        } else {
            var setting = SettingDescription(path: path, form: form)
            more(&setting)
            settingsByPath[path] = settings.count
            settings.append(setting)
        }
    }

    /// Reads a text that is known to be YAML; what is wrong in it stays in ``problems``.
    func read(_ text: String, _ body: (Section) -> Void) {
        body(Section(path: "", node: try? Yams.compose(yaml: text), context: self))
    }

    func unknown(key: Marked<String>, section: String, allowed: [String]) {
        unknownKeys.append((key, section, allowed))
    }

    /// Reports the unknown keys; called once everything was read, because only then is it known where a key belongs.
    func finish() {
        for (key, section, allowed) in unknownKeys {
            let place = section.isEmpty ? "at the top" : "in \(section)"
            var suggestion = NearestKey.find(key.value, in: allowed)
            if suggestion == nil, let home = keys.first(where: { $0.key == key.value }) {
                suggestion = home.section.isEmpty ? home.key : "\(home.section).\(home.key)"
            }
            problem(
                key.mark, found: "unknown key \"\(Self.clip(key.value))\" \(place)",
                allowed: "allowed: \(allowed.sorted().joined(separator: ", "))", suggestion: suggestion)
        }
        unknownKeys.removeAll()
    }

    /// Puts the environment's values in the place of `${NAME}`; `$${` stands for a plain `${`.
    /// - Returns: nil when something is wrong, which has been reported.
    func expand(_ text: String, at mark: Position) -> String? {
        guard text.contains("${") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.range(of: "${") {
            let before = rest[..<start.lowerBound]
            if before.hasSuffix("$") {
                result += before.dropLast() + "${"
                rest = rest[start.upperBound...]
                continue
            }
            result += before
            guard let end = rest[start.upperBound...].firstIndex(of: "}"),
                case let name = rest[start.upperBound..<end], Self.isVariableName(name)
            else {
                problem(
                    mark, found: "a \"${\" that no variable's name and \"}\" follow",
                    allowed: "write ${NAME} for a variable of the environment, or $${ for the characters themselves")
                return nil
            }
            guard let value = environment[String(name)], !value.isEmpty else {
                let state = environment[String(name)] == nil ? "not set" : "empty"
                problem(
                    mark, found: "the environment variable \(name) is \(state)",
                    allowed: "set it before starting, for example in the unit's EnvironmentFile",
                    suggestion: NearestKey.find(String(name), in: environment.keys.sorted()))
                return nil
            }
            result += value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// A path of the file as an absolute one.
    func absolute(_ path: String) -> URL {
        if path.hasPrefix("~/"), let home = environment["HOME"] {
            return URL(filePath: home).appending(path: String(path.dropFirst(2))).standardizedFileURL
        }
        return URL(filePath: path, relativeTo: baseDirectory).standardizedFileURL.absoluteURL
    }

    /// At most 60 characters of what stands in the file, on one line.
    static func clip(_ text: String) -> String {
        let line = String(text.map { $0.isNewline ? " " : $0 })
        return line.count > 60 ? line.prefix(57) + "…" : line
    }

    private static func isVariableName(_ name: Substring) -> Bool {
        guard let first = name.first, !first.isNumber else { return false }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private func make(_ mark: Position, found: String, allowed: String, suggestion: String?) -> ConfigurationProblem {
        ConfigurationProblem(
            file: file, line: mark.line, column: mark.column, found: found, allowed: allowed, suggestion: suggestion)
    }
}
