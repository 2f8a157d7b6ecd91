import Foundation
import Yams

/// From a file's text to typed values.
enum ConfigurationReader {
    private static let maxBytes = 4 << 20

    static func read(
        path: String, environment: [String: String], known: AislewatchConfiguration.KnownTypes
    ) throws(ConfigurationErrors) -> AislewatchConfiguration {
        let url = URL(filePath: path)
        let data: Data
        var mode = 0
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
            guard attributes[.type] as? FileAttributeType != .typeDirectory else {
                throw single(path, found: "this is a folder", allowed: "name the YAML file itself")
            }
            mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
            data = try Data(contentsOf: url)
        } catch let errors as ConfigurationErrors {
            throw errors
        } catch {
            let isThere = FileManager.default.fileExists(atPath: url.path)
            throw single(
                path, found: isThere ? "the file can't be read" : "there is no such file",
                allowed: isThere
                    ? "let the user who runs aislewatch read it"
                    : "name an existing file; configs/minimal.yaml shows the shortest that works")
        }
        guard data.count <= maxBytes, let text = String(data: data, encoding: .utf8) else {
            throw single(path, found: "this is no text file", allowed: "UTF-8 text in YAML, at most 4 MiB")
        }
        return try read(
            text: text, file: path, environment: environment,
            baseDirectory: url.absoluteURL.deletingLastPathComponent(),
            isReadableByOthers: mode & 0o004 != 0, known: known)
    }

    static func read(
        text: String, file: String, environment: [String: String], baseDirectory: URL, isReadableByOthers: Bool,
        known: AislewatchConfiguration.KnownTypes
    ) throws(ConfigurationErrors) -> AislewatchConfiguration {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationErrors([syntaxProblem(error, file: file)])
        }
        let context = ReadingContext(
            file: file, environment: environment, baseDirectory: baseDirectory, isReadableByOthers: isReadableByOthers)
        let section = Section(path: "", node: root, context: context)
        var configuration = AislewatchConfiguration(reading: section, known: known)
        context.finish()
        guard context.problems.isEmpty else { throw ConfigurationErrors(context.problems) }
        configuration.warnings = ConfigurationErrors(context.warnings).problems
        return configuration
    }

    /// A syntax error in our form. Yams's own quotes the line, which may hold a password.
    private static func syntaxProblem(_ error: any Error, file: String) -> ConfigurationProblem {
        func make(_ mark: Position, _ found: String, _ allowed: String) -> ConfigurationProblem {
            ConfigurationProblem(file: file, line: mark.line, column: mark.column, found: found, allowed: allowed)
        }
        let advice = "check the indentation (spaces, no tabs), the colons, the brackets and the quotes around here"
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let what = context.map { "\($0.text) from line \($0.mark.line): " } ?? ""
            return make(Position(mark), "this is not YAML: \(what)\(problem)", advice)
        case .composer(_, let problem, let mark, _):
            return make(Position(mark), "this is not YAML: \(problem)", advice)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
            return make(
                Position(context.mark), "the key \(keys) appears more than once in one section", "keep one of them")
        case .reader(let problem, _, _, _):
            return make(.start, "this is not YAML: \(problem)", "UTF-8 text without control characters")
        default:
            return make(.start, "this is not YAML", advice)
        }
    }

    private static func single(_ file: String, found: String, allowed: String) -> ConfigurationErrors {
        ConfigurationErrors([ConfigurationProblem(file: file, line: 1, column: 1, found: found, allowed: allowed)])
    }
}
