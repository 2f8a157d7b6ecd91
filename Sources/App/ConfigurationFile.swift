import Crypto
import Domain
import Foundation
import Glibc
import Settings
import Web

/// The configuration file as pages change it: checked like at the start, written whole or not at all, undoable, and in effect
/// at once as far as that goes.
final class ConfigurationFile: ConfigurationEditor {
    private let file: URL
    private let environment: [String: String]
    private let known: AislewatchConfiguration.KnownTypes
    let settingsJSON: String
    /// Where typed passwords and the text before the last change go.
    private let stateDirectory: URL
    /// What the daemon was started with.
    private let started: AislewatchConfiguration
    private let clock: any WallClock
    private let check: @Sendable (AislewatchConfiguration) throws -> Void
    private let apply: @Sendable (AislewatchConfiguration) async -> Void
    /// One change at a time.
    private let work = BlockingWork("configuration", maxThreads: 1)

    /// - Parameters:
    ///   - environment: Where `${NAME}` is looked up.
    ///   - known: What the file may name.
    ///   - stateDirectory: Where typed passwords and the text before the last change go.
    ///   - started: What the daemon was started with: some sections hold until it ends.
    ///   - clock: When changes were made.
    ///   - check: Throws what only shows when a configuration is used.
    ///   - apply: Puts a configuration into effect.
    init(
        _ file: URL, environment: [String: String], known: AislewatchConfiguration.KnownTypes, stateDirectory: URL,
        started: AislewatchConfiguration, clock: any WallClock = SystemClock(),
        check: @escaping @Sendable (AislewatchConfiguration) throws -> Void,
        apply: @escaping @Sendable (AislewatchConfiguration) async -> Void
    ) {
        self.file = file.absoluteURL
        self.environment = environment
        self.known = known
        settingsJSON = AislewatchConfiguration.description(known).json
        self.stateDirectory = stateDirectory
        self.started = started
        self.clock = clock
        self.check = check
        self.apply = apply
        // A change may have been cut off, or the file been written by hand.
        work.start { [self] in
            takeOverUndo()
            removeForgottenSecrets()
        }
    }

    private var secretsFolder: URL { stateDirectory.appending(path: "secrets") }

    func current() async throws -> ConfigurationText { try await work.run { try self.currentNow() } }

    private func currentNow() throws -> ConfigurationText {
        let text = try read(), reason = whyNotWritable()
        return ConfigurationText(
            path: file.path, revision: Self.revision(text), text: HiddenSecrets.hide(text), isWritable: reason == nil,
            reason: reason, canUndo: reason == nil && history().before(text) != nil,
            restartSections: restartSections(text))
    }

    func takeEffect() async {
        // It was checked when it was saved; whoever changed it by hand meanwhile asks for that with ``reload()``.
        _ = try? await reload()
    }

    /// Reads the file anew and puts it into effect, as far as that goes while the daemon runs.
    /// - Returns: Sections whose changes hold only after a restart.
    /// - Throws: `ConfigurationErrors` with all mistakes, or why it can't be read or used; then all stays as it was.
    @discardableResult
    func reload() async throws -> [String] {
        let configuration = try await work.run {
            let configuration = try self.parse(self.read())
            try self.check(configuration)
            return configuration
        }
        await apply(configuration)
        return configuration.sectionsThatNeedRestart(since: started)
    }

    private func restartSections(_ text: String) -> [String] {
        (try? parse(text))?.sectionsThatNeedRestart(since: started) ?? []
    }

    private func parse(_ text: String) throws(ConfigurationErrors) -> AislewatchConfiguration {
        try AislewatchConfiguration.parse(
            text, file: file.path, environment: environment, baseDirectory: file.deletingLastPathComponent(),
            known: known)
    }

    func valuesJSON() async throws -> String { try await work.run { HiddenSecrets.json(try self.read()) } }

    func save(text: String, revision: String?, dryRun: Bool, by: String) async throws -> ConfigurationChange {
        try await work.run { [self] in
            let old = try read()
            try check(revision, old)
            return try finish(
                old: old, new: HiddenSecrets.restore(text, from: old), secrets: [], dryRun: dryRun, by: by)
        }
    }

    func apply(
        _ edits: [ConfigurationEdit], revision: String?, dryRun: Bool, by: String
    ) async throws -> ConfigurationChange {
        try await work.run { [self] in
            let old = try read()
            try check(revision, old)
            var secrets: [(url: URL, text: String)] = []
            let named = edits.map { edit in
                ConfigurationEdit(path: edit.path, value: edit.value.map { name($0, edit.path, &secrets) })
            }
            return try finish(
                old: old, new: try YAMLEditor.apply(named, to: old), secrets: secrets, dryRun: dryRun, by: by)
        }
    }

    func undo(by: String) async throws -> ConfigurationChange {
        try await work.run { [self] in
            let old = try read()
            guard let before = history().before(old) else { throw PortFailure.conflict("There is nothing to undo.") }
            return try finish(
                old: old, new: before.text, secrets: [], dryRun: false, by: by, how: .undone, again: before.place)
        }
    }

    // MARK: History

    func versions() async throws -> [ConfigurationVersion] {
        try await work.run { [self] in
            let text = try read()
            var versions = history().versions
            if !versions.isEmpty, versions.last?.text != text {
                // Nobody saved it here, and nobody has saved anything since.
                let changed = try? FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
                versions.append(
                    .init(number: 0, at: changed ?? clock.now(), by: nil, how: .byHand, again: nil, text: text))
            }
            let shown = versions.map { HiddenSecrets.hide($0.text) }
            return versions.indices.reversed().map { index in
                let version = versions[index]
                return ConfigurationVersion(
                    number: version.number, at: version.at, by: version.by, how: version.how, again: version.again,
                    isCurrent: index == versions.count - 1,
                    diff: index > 0 ? TextDiff.unified(shown[index - 1], shown[index]) : "")
            }
        }
    }

    func goBack(to number: Int, revision: String?, dryRun: Bool, by: String) async throws -> ConfigurationChange {
        try await work.run { [self] in
            let old = try read()
            try check(revision, old)
            guard let version = history()[number] else {
                throw PortFailure.notFound("There is no version \(number) any more.")
            }
            return try finish(
                old: old, new: version.text, secrets: [], dryRun: dryRun, by: by, how: .wentBack, again: number)
        }
    }

    func forgetVersions() async throws {
        try await work.run { [self] in
            var history = history()
            try history.forget()
            removeForgottenSecrets()
        }
    }

    private func history() -> ConfigurationHistory {
        ConfigurationHistory(stateDirectory.appending(path: "configuration-history")) {
            try Self.write($0, to: $1, mode: 0o600)
        }
    }

    /// Earlier versions of the program kept the text before the last change alone.
    private func takeOverUndo() {
        let earlier = stateDirectory.appending(path: "configuration.undo.yaml")
        guard let before = try? String(contentsOf: earlier, encoding: .utf8) else { return }
        var history = history()
        if history.versions.isEmpty, let text = try? read(), text != before {
            do { try history.note(old: before, new: text, at: clock.now(), by: nil, how: .byHand) } catch { return }
        }
        try? FileManager.default.removeItem(at: earlier)
    }

    // MARK: Parts

    private func read() throws -> String {
        do {
            return try String(contentsOf: file, encoding: .utf8)
        } catch {
            throw PortFailure.notAvailable("\(file.path) can't be read.")
        }
    }

    private func check(_ revision: String?, _ text: String) throws {
        if let revision, revision != Self.revision(text) {
            throw PortFailure.conflict("The file has been changed meanwhile; load it again.")
        }
    }

    private func finish(
        old: String, new: String, secrets: [(url: URL, text: String)], dryRun: Bool, by: String,
        how: ConfigurationVersion.Origin = .saved, again: Int? = nil
    ) throws -> ConfigurationChange {
        let diff = TextDiff.unified(HiddenSecrets.hide(old), HiddenSecrets.hide(new))
        let mustWrite = !dryRun
        if mustWrite, let reason = whyNotWritable() { throw PortFailure.conflict(reason) }
        // Files that the new text names must be there to be checked; they go again when nothing is saved.
        var made: [URL] = []
        func forget() { for url in made { try? FileManager.default.removeItem(at: url) } }
        for secret in secrets {
            if !FileManager.default.fileExists(atPath: secret.url.path) { made.append(secret.url) }
            if mustWrite || made.contains(secret.url) {
                try Self.write(Data(secret.text.utf8), to: secret.url, mode: 0o600)
            }
        }
        let problems = problems(new)
        guard problems.isEmpty, mustWrite else {
            // Read before the secrets that it names are gone again.
            let looked = change(isValid: problems.isEmpty, isSaved: false, problems, diff, now: old, shown: new)
            forget()
            return looked
        }
        if new != old {
            // Noted first: a change whose file could not be written is one that undoing undoes at once.
            var history = history()
            try history.note(old: old, new: new, at: clock.now(), by: by, how: how, again: again)
            let mode = (try? FileManager.default.attributesOfItem(atPath: file.path))?[.posixPermissions] as? NSNumber
            try Self.write(Data(new.utf8), to: file.resolvingSymlinksInPath(), mode: mode?.uint32Value ?? 0o640)
            removeForgottenSecrets()
        }
        return change(isValid: true, isSaved: true, [], diff, now: new, shown: new)
    }

    private func change(
        isValid: Bool, isSaved: Bool, _ problems: [ConfigurationChange.Problem], _ diff: String, now: String,
        shown: String
    ) -> ConfigurationChange {
        ConfigurationChange(
            isValid: isValid, isSaved: isSaved, problems: problems, diff: diff, revision: Self.revision(now),
            text: HiddenSecrets.hide(shown), restartSections: restartSections(shown))
    }

    private func problems(_ text: String) -> [ConfigurationChange.Problem] {
        do {
            let configuration = try parse(text)
            do {
                // Its own texts are a file that only shows its mistakes when it is used.
                try check(configuration)
                return []
            } catch {
                return [ConfigurationChange.Problem(line: 1, column: 1, path: [], message: "\(error)")]
            }
        } catch {
            return error.problems.map { problem in
                let hint = problem.suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
                return ConfigurationChange.Problem(
                    line: problem.line, column: problem.column,
                    path: YAMLEditor.path(line: problem.line, column: problem.column, in: text),
                    message: "\(problem.found); \(problem.allowed)\(hint)")
            }
        }
    }

    /// Puts the name of a file in the place of each secret.
    private func name(
        _ value: ConfigurationValue, _ path: [ConfigurationEdit.Step], _ secrets: inout [(url: URL, text: String)]
    ) -> ConfigurationValue {
        switch value {
        case .secret(let text):
            var words = path.map { step in
                switch step {
                case .key(let key): key
                case .index(let index): "\(index)"
                }
            }.joined(separator: "-")
            words = String(words.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
            // A name of its own for each secret: the one before may still be in use, or be undone to.
            // Names are seen by people who may not see the secret: nothing in them comes from it.
            let number = String(UInt64.random(in: 0 ... .max), radix: 36)
            let url = secretsFolder.appending(path: "\(words.prefix(80))-\(number)")
            secrets.append((url, text))
            return .text("file:\(url.path)")
        case .list(let values):
            return .list(values.enumerated().map { name($1, path + [.index($0)], &secrets) })
        case .section(let entries):
            var path = path
            if case .key("-")? = path.last,
                case .text(let id)? = entries.first(where: { $0.key == "id" || $0.key == "name" })?.value
            {
                path[path.count - 1] = .key(id)
            }
            return .section(
                entries.map {
                    ConfigurationValue.Entry(key: $0.key, value: name($0.value, path + [.key($0.key)], &secrets))
                })
        default: return value
        }
    }

    /// Removes the files of secrets that neither the configuration names any more nor a version that one can go back to.
    /// What a person has put beside them stays.
    private func removeForgottenSecrets() {
        guard let text = try? read() else { return }
        let earlier = history().versions
        let names = (try? FileManager.default.contentsOfDirectory(atPath: secretsFolder.path)) ?? []
        for name in names
        where Self.isOurs(name) && !text.contains(name) && !earlier.contains(where: { $0.text.contains(name) }) {
            try? FileManager.default.removeItem(at: secretsFolder.appending(path: name))
        }
    }

    /// Whether a file of the secrets' folder ends with such a number as ``name(_:_:_:)`` gives them.
    private static func isOurs(_ name: String) -> Bool {
        guard let number = name.split(separator: "-").last, number.count < name.count else { return false }
        return (10...13).contains(number.count) && UInt64(number, radix: 36) != nil
    }

    private func whyNotWritable() -> String? {
        let target = file.resolvingSymlinksInPath()
        guard access(target.path, W_OK) == 0 else {
            return """
                \(file.path) is read-only for the user who runs Aislewatch: paste the text there yourself, or give the file \
                to that user.
                """
        }
        guard access(target.deletingLastPathComponent().path, W_OK) == 0 else {
            return """
                The folder of \(file.path) is read-only for the user who runs Aislewatch: paste the text there yourself, or \
                let that user write there.
                """
        }
        return nil
    }

    private static func revision(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).prefix(8).hexadecimal
    }

    /// Whole or not at all: another name first, then renamed.
    static func write(_ data: Data, to url: URL, mode: UInt32) throws {
        let folder = url.deletingLastPathComponent()
        let temporary = folder.appending(path: ".\(url.lastPathComponent).\(getpid()).new").path
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw PortFailure.notAvailable("\(folder.path) can't be made.")
        }
        unlink(temporary)
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PortFailure.notAvailable("\(folder.path) can't be written.") }
        defer { unlink(temporary) }
        let written = data.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let isSafe = written == data.count && fchmod(descriptor, mode & 0o777) == 0 && fsync(descriptor) == 0
        close(descriptor)
        guard isSafe, rename(temporary, url.path) == 0 else {
            throw PortFailure.notAvailable("\(url.path) can't be written.")
        }
    }
}
