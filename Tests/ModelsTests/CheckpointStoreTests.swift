import Foundation
import TestSupport
import Testing

@testable import Models

@Suite("Fetched checkpoints")
struct CheckpointStoreTests {
    private let folder: TemporaryDirectory
    private let store: CheckpointStore

    init() throws {
        folder = try TemporaryDirectory()
        store = CheckpointStore(folder: folder.file("checkpoints"))
    }

    private func model(_ url: String, _ identity: FileIdentity) throws -> PublishedModel {
        var text = """
            models:
              - {name: tiny, title: Tiny, licence: MIT, origin: "https://example.org", needs: nothing,
                 checkpoint: {file: tiny.pt, url: "\(url)"
            """
        if let bytes = identity.bytes { text += ", bytes: \(bytes)" }
        if let hash = identity.sha256 { text += ", sha256: \(hash)" }
        if let blob = identity.gitBlob { text += ", git_blob: \(blob)" }
        return try ModelCatalogue.parse(text + "}}\n", path: "registry.yaml").model("tiny")
    }

    @Test("a published hash is what counts, and what is there is not fetched again")
    func verified() throws {
        let stub = try HTTPStub([], then: FileDownloadTests.whole())
        defer { stub.stop() }
        let tiny = try model("\(stub.baseURL)/tiny.pt", FileDownloadTests.identity())
        #expect(store.state(of: tiny) == .absent)
        #expect(try store.fetch(tiny) == .verified)
        #expect(store.state(of: tiny) == .present)
        #expect(try store.fetch(tiny) == .already)
        #expect(stub.requests.count == 1)
    }

    @Test("a file without a published hash is held to what it was the first time")
    func pinned() throws {
        var other = FileDownloadTests.bytes
        other[5] ^= 1
        let stub = try HTTPStub([FileDownloadTests.whole()], then: FileDownloadTests.whole(other))
        defer { stub.stop() }
        let tiny = try model("\(stub.baseURL)/tiny.pt", FileIdentity())
        let hash = try #require(FileDownloadTests.identity().sha256)
        #expect(try store.fetch(tiny) == .pinned(sha256: hash))
        try FileManager.default.removeItem(at: store.file(of: tiny))
        #expect(throws: ModelFilesError.self) { try store.fetch(tiny) }
        #expect(store.state(of: tiny) == .absent)
    }

    @Test("a file that was carried over by hand is checked, and pinned where nobody has published a hash")
    func byHand() throws {
        let tiny = try model("http://127.0.0.1:9/tiny.pt", FileIdentity())
        try FileManager.default.createDirectory(at: store.folder, withIntermediateDirectories: true)
        try Data("weights".utf8).write(to: store.file(of: tiny))
        guard case .pinned = try store.fetch(tiny) else {
            Issue.record("not pinned")
            return
        }
        try Data("other".utf8).write(to: store.file(of: tiny))
        #expect(throws: ModelFilesError.self) { try store.fetch(tiny) }
    }

    @Test("git's name of a file is a hash too")
    func gitBlob() throws {
        // `printf 'hello\n' | git hash-object --stdin`
        let blob = "ce013625030ba8dba906f756967f9e9ca394464a"
        let tiny = try model("http://127.0.0.1:9/tiny.pt", FileIdentity(bytes: 6, gitBlob: blob))
        try FileManager.default.createDirectory(at: store.folder, withIntermediateDirectories: true)
        try Data("hello\n".utf8).write(to: store.file(of: tiny))
        #expect(try store.fetch(tiny) == .already)
        try Data("hallo\n".utf8).write(to: store.file(of: tiny))
        do {
            _ = try store.fetch(tiny)
            Issue.record("taken")
        } catch {
            guard case .wrongHash(_, "git blob id", blob, _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("a file that was cut short is said to be, without reading it")
    func cut() throws {
        let tiny = try model("http://127.0.0.1:9/tiny.pt", FileDownloadTests.identity())
        try FileManager.default.createDirectory(at: store.folder, withIntermediateDirectories: true)
        try FileDownloadTests.bytes.prefix(10).write(to: store.file(of: tiny))
        #expect(store.state(of: tiny) == .wrong)
        #expect(
            throws: ModelFilesError.wrongSize(
                path: store.file(of: tiny).path, expected: Int64(FileDownloadTests.bytes.count), found: 10)
        ) { try store.fetch(tiny) }
    }

    @Test("a lock file that can't be read stops a fetch rather than trusting anew")
    func brokenLock() throws {
        try FileManager.default.createDirectory(at: store.folder, withIntermediateDirectories: true)
        try Data("{".utf8).write(to: store.folder.appending(path: "fetched.json"))
        let tiny = try model("http://127.0.0.1:9/tiny.pt", FileIdentity())
        #expect(throws: ModelFilesError.self) { try store.fetch(tiny) }
    }
}

@Suite("The registry of models")
struct ModelCatalogueTests {
    @Test("the one that comes with the program is valid, and every entry has a hash over TLS")
    func own() throws {
        let catalogue = try ModelCatalogue.read(TestSite.root.appending(path: "models/registry.yaml"))
        #expect(catalogue.models.map(\.name).contains("edgetam"))
        for model in catalogue.models {
            #expect(model.checkpoint.url.hasPrefix("https://"), "\(model.name)")
            #expect(model.checkpoint.identity.isPinned && model.checkpoint.hashedBy != nil, "\(model.name)")
            #expect(model.checkpoint.bytes != nil, "\(model.name)")
        }
        #expect(
            try catalogue.model("edgetam").checkpoint.gitBlob == "abd54d22bbd22ba3e53cf59a307e59e0f3701be6")
    }

    private static func entry(_ change: (inout [String: String]) -> Void) -> String {
        var fields = [
            "name": "a", "file": "a.pt", "url": "\"https://example.org/a.pt\"", "bytes": "5",
            "sha256": String(repeating: "a", count: 64),
        ]
        change(&fields)
        let checkpoint = ["file", "url", "bytes", "sha256"].compactMap { key in fields[key].map { "\(key): \($0)" } }
        let name = fields["name"].map { "name: \($0), " } ?? ""
        return """
            models:
              - {\(name)title: A, licence: MIT, origin: o, needs: n, checkpoint: {\(checkpoint.joined(separator: ", "))}}

            """
    }

    @Test(
        "mistakes are said in one line with their place",
        arguments: [
            (entry { $0["file"] = "../a.pt" }, "is not the name of a file"),
            (entry { $0["url"] = "\"file:///etc/passwd\"" }, "is no http or https address"),
            (entry { $0["sha256"] = "abc" }, "64 hexadecimal digits"),
            (entry { $0["bytes"] = "0" }, "bytes is 0"),
            (entry { $0["bytes"] = "many" }, "bytes"),
            (entry { $0["name"] = nil }, "name is missing"),
            (entry { $0["name"] = "a/b" }, "A-Z a-z 0-9"),
            ("models: [", "not YAML"),
            (entry { _ in } + entry { _ in }.split(separator: "\n").dropFirst().joined(separator: "\n"), "there twice"),
        ])
    func mistakes(text: String, words: String) {
        do {
            _ = try ModelCatalogue.parse(text, path: "registry.yaml")
            Issue.record("taken: \(text)")
        } catch {
            #expect(error.description.contains(words), "\(error)")
            #expect(!error.description.contains("\n") && error.description.contains("registry.yaml"))
        }
    }

    @Test("a model that is not there is named with those that are")
    func unknown() throws {
        let catalogue = try ModelCatalogue.parse(Self.entry { _ in }, path: "registry.yaml")
        #expect(throws: ModelFilesError.unknownModel(name: "b", known: ["a"])) { try catalogue.model("b") }
    }
}
