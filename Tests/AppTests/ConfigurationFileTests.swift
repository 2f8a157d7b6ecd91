import Alerts
import Domain
import Foundation
import Settings
import Synchronization
import TestSupport
import Testing

@testable import App

@Suite("The configuration file, as pages change it")
struct ConfigurationFileTests {
    private let directory: TemporaryDirectory
    private let text = "# Ours.\ncameras:\n  - id: dock\n    url: rtsp://192.0.2.1/a # main\n"

    init() throws { directory = try TemporaryDirectory() }

    private func editor(
        apply: @escaping @Sendable (AislewatchConfiguration) -> Void = { _ in }
    ) throws -> (ConfigurationFile, URL) {
        let file = directory.file("site.yaml")
        try Data(text.utf8).write(to: file)
        let started = try AislewatchConfiguration.parse(
            text, file: file.path, baseDirectory: directory.url, known: .program)
        let editor = ConfigurationFile(
            file, environment: [:], known: .program, stateDirectory: directory.file("state"), started: started,
            check: { _ = try AlertChannels($0) }, apply: { apply($0) })
        return (editor, file)
    }

    private func edit(_ key: String, _ value: ConfigurationValue?) -> ConfigurationEdit {
        ConfigurationEdit(path: [.key("cameras"), .key("dock"), .key(key)], value: value)
    }

    @Test("a change is shown first, then saved with its comments, then undone")
    func save() async throws {
        let (editor, file) = try editor()
        let before = try await editor.current()
        #expect(before.isWritable && !before.canUndo && before.restartSections.isEmpty && before.text == text)
        let edits = [edit("name", .text("Dock 1"))]
        let dry = try await editor.apply(edits, revision: before.revision, dryRun: true, by: "anna")
        #expect(dry.isValid && !dry.isSaved && dry.diff.contains("+    name: Dock 1"))
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
        let saved = try await editor.apply(edits, revision: before.revision, dryRun: false, by: "anna")
        #expect(saved.isSaved && saved.restartSections.isEmpty && saved.revision != before.revision)
        #expect(try String(contentsOf: file, encoding: .utf8) == text + "    name: Dock 1\n")
        await #expect(throws: PortFailure.self) {
            try await editor.apply(edits, revision: before.revision, dryRun: false, by: "anna")
        }
        #expect(try await editor.undo(by: "anna").isSaved)
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
        await #expect(throws: PortFailure.self) { try await editor.undo(by: "anna") }
    }

    @Test("what needs a restart is said before it is saved, and until it is undone")
    func restartSections() async throws {
        let (editor, _) = try editor()
        let edits = [
            edit("name", .text("Dock 1")),
            ConfigurationEdit(path: [.key("web"), .key("port")], value: .number(8181)),
            ConfigurationEdit(path: [.key("analysis"), .key("fps")], value: .number(3)),
        ]
        #expect(try await editor.apply(edits, revision: nil, dryRun: true, by: "anna").restartSections == ["web"])
        #expect(try await editor.current().restartSections == [])
        #expect(try await editor.apply(edits, revision: nil, dryRun: false, by: "anna").restartSections == ["web"])
        #expect(try await editor.current().restartSections == ["web"])
        #expect(try await editor.undo(by: "anna").restartSections == [])
    }

    @Test("what was saved is handed over to take effect, with its secrets")
    func effect() async throws {
        let taken = Mutex<AislewatchConfiguration?>(nil)
        let (editor, _) = try editor { configuration in taken.withLock { $0 = configuration } }
        _ = try await editor.apply(
            [edit("username", .text("aw")), edit("password", .secret("s3cret word"))], revision: nil, dryRun: false,
            by: "anna")
        await editor.takeEffect()
        #expect(taken.withLock { $0 }?.cameras.first?.password?.reveal() == "s3cret word")
    }

    @Test("the first alert channel gets its section, and an address that is a secret goes to a file")
    func channel() async throws {
        let (editor, file) = try editor()
        let value = ConfigurationValue.section([
            ConfigurationValue.Entry(key: "name", value: .text("chat")),
            ConfigurationValue.Entry(key: "type", value: .text("slack")),
            ConfigurationValue.Entry(key: "url", value: .secret("https://hooks.example.com/T1/abc")),
        ])
        let add = ConfigurationEdit(path: [.key("alerts"), .key("channels"), .key("-")], value: value)
        let change = try await editor.apply([add], revision: nil, dryRun: false, by: "anna")
        #expect(change.isSaved, "\(change.problems)")
        #expect(try !String(contentsOf: file, encoding: .utf8).contains("T1/abc"))
        let configuration = try AislewatchConfiguration.load(path: file.path, environment: [:], known: .program)
        let chat = try #require(configuration.alerts.channels.first)
        let slack: SlackChannel.Settings = try #require(chat.settings())
        #expect(chat.name == "chat" && slack.url?.reveal().absoluteString == "https://hooks.example.com/T1/abc")
    }

    @Test("what is wrong is said with its line, and nothing is saved")
    func invalid() async throws {
        let (editor, file) = try editor()
        let change = try await editor.apply(
            [edit("analysis_fps", .number(-1))], revision: nil, dryRun: false, by: "anna")
        #expect(!change.isValid && !change.isSaved && change.problems.first?.line == 5)
        let whole = try await editor.save(text: "cameras: [{id: dock}]\n", revision: nil, dryRun: false, by: "anna")
        #expect(!whole.isValid && !whole.isSaved)
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    @Test("a typed password goes to a file that only this user reads, and the configuration names it")
    func secrets() async throws {
        let (editor, file) = try editor()
        let edits = [edit("username", .text("aw")), edit("password", .secret("s3cret word"))]
        let dry = try await editor.apply(edits, revision: nil, dryRun: true, by: "anna")
        let folder = directory.file("state").appending(path: "secrets")
        #expect(dry.isValid && !dry.diff.contains("s3cret"))
        #expect((try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.isEmpty ?? true)
        #expect(try await editor.apply(edits, revision: nil, dryRun: false, by: "anna").isSaved)
        #expect(try !String(contentsOf: file, encoding: .utf8).contains("s3cret"))
        let configuration = try AislewatchConfiguration.load(path: file.path, environment: [:], known: .program)
        #expect(configuration.cameras[0].password?.reveal() == "s3cret word" && configuration.warnings.isEmpty)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let path = folder.appending(path: try #require(names.first)).path
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(names.count == 1 && mode?.intValue == 0o600)
    }

    @Test("the name of a secret's file says nothing about the secret: the same one twice has two names")
    func secretNames() async throws {
        let (editor, _) = try editor()
        for _ in 0..<2 {
            let edits = [edit("username", .text("aw")), edit("password", .secret("s3cret word"))]
            #expect(try await editor.apply(edits, revision: nil, dryRun: false, by: "anna").isSaved)
        }
        let folder = directory.file("state").appending(path: "secrets")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test(
        "several changes are undone one after the other, an undo is no change to be undone, and any version can come back"
    )
    func versions() async throws {
        let (editor, file) = try editor()
        func name(_ name: String) async throws {
            #expect(
                try await editor.apply([edit("name", .text(name))], revision: nil, dryRun: false, by: "anna").isSaved)
        }
        func now() throws -> String { try String(contentsOf: file, encoding: .utf8) }
        for each in ["One", "Two", "Three"] { try await name(each) }
        _ = try await editor.undo(by: "bert")
        #expect(try now().contains("name: Two"))
        _ = try await editor.undo(by: "bert")
        #expect(try now().contains("name: One"))
        try await name("Four")
        _ = try await editor.undo(by: "bert")
        _ = try await editor.undo(by: "bert")
        #expect(try now() == text)
        let nothing = try await editor.current()
        #expect(!nothing.canUndo)
        await #expect(throws: PortFailure.self) { try await editor.undo(by: "bert") }

        let versions = try await editor.versions()
        #expect(versions.map(\.number) == [9, 8, 7, 6, 5, 4, 3, 2, 1])
        #expect(
            versions[0].isCurrent && versions[0].how == .undone && versions[0].again == 1 && versions[0].by == "bert")
        #expect(versions[8].how == .first && versions[8].diff.isEmpty)
        #expect(versions[5].by == "anna" && versions[5].diff.contains("-    name: Two\n+    name: Three"))

        let dry = try await editor.goBack(to: 4, revision: nil, dryRun: true, by: "anna")
        #expect(!dry.isSaved && dry.diff.contains("+    name: Three"))
        #expect(try await editor.goBack(to: 4, revision: nil, dryRun: false, by: "anna").isSaved)
        #expect(try now().contains("name: Three"))
        // To what it was before one went back.
        _ = try await editor.undo(by: "anna")
        #expect(try now() == text)
        await #expect(throws: PortFailure.self) {
            try await editor.goBack(to: 99, revision: nil, dryRun: false, by: "anna")
        }
    }

    @Test("what somebody changed by hand is a version too, and undoing goes back to what was saved before it")
    func byHand() async throws {
        let (editor, file) = try editor()
        let edits = [edit("name", .text("One"))]
        #expect(try await editor.apply(edits, revision: nil, dryRun: false, by: "anna").isSaved)
        let saved = try String(contentsOf: file, encoding: .utf8)
        try Data((saved + "# by hand\n").utf8).write(to: file)
        let versions = try await editor.versions()
        #expect(versions.map(\.how) == [.byHand, .saved, .first] && versions[0].isCurrent && versions[0].by == nil)
        #expect(try await editor.undo(by: "anna").isSaved)
        #expect(try String(contentsOf: file, encoding: .utf8) == saved)
        #expect(try await editor.versions().map(\.how) == [.undone, .byHand, .saved, .first])
    }

    @Test("the text before the last change that an earlier program kept can still be undone to")
    func earlierUndo() async throws {
        let before = text.replacing("192.0.2.1", with: "192.0.2.7")
        let state = directory.file("state")
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
        try Data(before.utf8).write(to: state.appending(path: "configuration.undo.yaml"))
        let (editor, file) = try editor()
        #expect(try await editor.current().canUndo)
        #expect(try await editor.undo(by: "anna").isSaved)
        #expect(try String(contentsOf: file, encoding: .utf8) == before)
        #expect(!FileManager.default.fileExists(atPath: state.appending(path: "configuration.undo.yaml").path))
    }

    @Test("a password's file stays while a version that one can go back to names it, and goes with that")
    func forgottenSecrets() async throws {
        let (editor, file) = try editor()
        let folder = directory.file("state").appending(path: "secrets")
        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
        func type(_ password: String) async throws {
            let edits = [edit("username", .text("aw")), edit("password", .secret(password))]
            #expect(try await editor.apply(edits, revision: nil, dryRun: false, by: "anna").isSaved)
        }
        try await type("first")
        let first = try names()
        try Data("mine".utf8).write(to: folder.appending(path: "camera-password"))
        try await type("second")
        #expect(try names().count == 3)
        #expect(try await editor.undo(by: "anna").isSaved)
        let loaded = try AislewatchConfiguration.load(path: file.path, environment: [:], known: .program)
        #expect(loaded.cameras[0].password?.reveal() == "first")
        try await editor.forgetVersions()
        #expect(try names() == (first + ["camera-password"]).sorted())
        // The camera goes, and its password with the versions that had it.
        let others = [
            ConfigurationEdit(
                path: [.key("cameras"), .key("-")],
                value: .section([
                    ConfigurationValue.Entry(key: "id", value: .text("aisle")),
                    ConfigurationValue.Entry(key: "url", value: .text("rtsp://192.0.2.2/a")),
                ])),
            ConfigurationEdit(path: [.key("cameras"), .key("dock")], value: nil),
        ]
        #expect(try await editor.apply(others, revision: nil, dryRun: false, by: "anna").isSaved)
        #expect(try names().count == 2)
        try await editor.forgetVersions()
        #expect(try names() == ["camera-password"])
        // What a change that was cut off has left goes at the next start.
        try Data("left".utf8).write(to: folder.appending(path: "cameras-dock-password-1a2b3c4d5e6f"))
        let started = try AislewatchConfiguration.load(path: file.path, environment: [:], known: .program)
        let next = ConfigurationFile(
            file, environment: [:], known: .program, stateDirectory: directory.file("state"), started: started,
            check: { _ in }, apply: { _ in })
        _ = try await next.current()
        #expect(try names() == ["camera-password"])
    }
}
