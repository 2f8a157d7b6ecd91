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
        let dry = try await editor.apply(edits, revision: before.revision, dryRun: true)
        #expect(dry.isValid && !dry.isSaved && dry.diff.contains("+    name: Dock 1"))
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
        let saved = try await editor.apply(edits, revision: before.revision, dryRun: false)
        #expect(saved.isSaved && saved.restartSections.isEmpty && saved.revision != before.revision)
        #expect(try String(contentsOf: file, encoding: .utf8) == text + "    name: Dock 1\n")
        await #expect(throws: PortFailure.self) {
            try await editor.apply(edits, revision: before.revision, dryRun: false)
        }
        #expect(try await editor.undo().isSaved)
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
        await #expect(throws: PortFailure.self) { try await editor.undo() }
    }

    @Test("what needs a restart is said before it is saved, and until it is undone")
    func restartSections() async throws {
        let (editor, _) = try editor()
        let edits = [
            edit("name", .text("Dock 1")),
            ConfigurationEdit(path: [.key("web"), .key("port")], value: .number(8181)),
            ConfigurationEdit(path: [.key("analysis"), .key("fps")], value: .number(3)),
        ]
        #expect(try await editor.apply(edits, revision: nil, dryRun: true).restartSections == ["web"])
        #expect(try await editor.current().restartSections == [])
        #expect(try await editor.apply(edits, revision: nil, dryRun: false).restartSections == ["web"])
        #expect(try await editor.current().restartSections == ["web"])
        #expect(try await editor.undo().restartSections == [])
    }

    @Test("what was saved is handed over to take effect, with its secrets")
    func effect() async throws {
        let taken = Mutex<AislewatchConfiguration?>(nil)
        let (editor, _) = try editor { configuration in taken.withLock { $0 = configuration } }
        _ = try await editor.apply(
            [edit("username", .text("aw")), edit("password", .secret("s3cret word"))], revision: nil, dryRun: false)
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
        let change = try await editor.apply([add], revision: nil, dryRun: false)
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
        let change = try await editor.apply([edit("analysis_fps", .number(-1))], revision: nil, dryRun: false)
        #expect(!change.isValid && !change.isSaved && change.problems.first?.line == 5)
        let whole = try await editor.save(text: "cameras: []\n", revision: nil, dryRun: false)
        #expect(!whole.isValid && !whole.isSaved)
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    @Test("a typed password goes to a file that only this user reads, and the configuration names it")
    func secrets() async throws {
        let (editor, file) = try editor()
        let edits = [edit("username", .text("aw")), edit("password", .secret("s3cret word"))]
        let dry = try await editor.apply(edits, revision: nil, dryRun: true)
        let folder = directory.file("state").appending(path: "secrets")
        #expect(dry.isValid && !dry.diff.contains("s3cret"))
        #expect((try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.isEmpty ?? true)
        #expect(try await editor.apply(edits, revision: nil, dryRun: false).isSaved)
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
            #expect(try await editor.apply(edits, revision: nil, dryRun: false).isSaved)
        }
        let folder = directory.file("state").appending(path: "secrets")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test("a password's file goes when no configuration names it any more, not even the one that undo would bring back")
    func forgottenSecrets() async throws {
        let (editor, file) = try editor()
        let folder = directory.file("state").appending(path: "secrets")
        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
        func type(_ password: String) async throws {
            let edits = [edit("username", .text("aw")), edit("password", .secret(password))]
            #expect(try await editor.apply(edits, revision: nil, dryRun: false).isSaved)
        }
        try await type("first")
        let first = try names()
        try Data("mine".utf8).write(to: folder.appending(path: "camera-password"))
        try await type("second")
        // The first one comes back with undo, and then the second one is nobody's.
        #expect(try names().count == 3)
        #expect(try await editor.undo().isSaved)
        #expect(try names() == (first + ["camera-password"]).sorted())
        try await type("third")
        try await type("fourth")
        #expect(try names().count == 3 && !names().contains(first[0]))
        // The camera goes, with one change after that, and so does its password.
        let others = [
            ConfigurationEdit(
                path: [.key("cameras"), .key("-")],
                value: .section([
                    ConfigurationValue.Entry(key: "id", value: .text("aisle")),
                    ConfigurationValue.Entry(key: "url", value: .text("rtsp://192.0.2.2/a")),
                ])),
            ConfigurationEdit(path: [.key("cameras"), .key("dock")], value: nil),
        ]
        #expect(try await editor.apply(others, revision: nil, dryRun: false).isSaved)
        let name = ConfigurationEdit(
            path: [.key("cameras"), .key("aisle"), .key("name")], value: .text("Aisle 1"))
        #expect(try await editor.apply([name], revision: nil, dryRun: false).isSaved)
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
