import Crypto
import Domain
import Foundation
import TestSupport
import Testing

@testable import Models

@Suite("A folder of exported graphs")
struct ModelFolderTests {
    private let folder: TemporaryDirectory
    private let models: URL

    init() throws {
        folder = try TemporaryDirectory()
        models = folder.file("models")
    }

    /// Writes files and a manifest that is right about them.
    private func export(_ files: [String: String], at place: String = "out") throws -> URL {
        let url = folder.file(place)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        var graphs: [String: Any] = [:]
        for (file, text) in files {
            let data = Data(text.utf8)
            try data.write(to: url.appending(path: file))
            graphs[file] = ["file": file, "bytes": data.count, "sha256": SHA256.hash(data: data).hexadecimal]
        }
        // The weights that it was exported from are named, but don't lie here.
        let origin = ["checkpoint": ["file": "edgetam.pt", "bytes": 1, "sha256": String(repeating: "0", count: 64)]]
        try write(["name": "edgetam", "origin": origin, "graphs": graphs, "constants": [String: Any]()], at: url)
        return url
    }

    private func write(_ manifest: [String: Any], at url: URL) throws {
        try JSONSerialization.data(withJSONObject: manifest).write(to: url.appending(path: "manifest.json"))
    }

    @Test("is what its manifest says")
    func good() throws {
        let read = try ModelFolder(try export(["a.onnx": "one", "b.onnx": "two two"]))
        #expect(read.name == "edgetam" && read.entries.map(\.file) == ["a.onnx", "b.onnx"] && read.bytes == 10)
        try read.verify()
    }

    @Test("that comes with the program is right", arguments: ["compact", "mobile_sam", "person"])
    func bundled(name: String) throws {
        let read = try ModelFolder(TestSite.root.appending(path: "models/\(name)"))
        #expect(read.name == name)
        try read.verify()
    }

    @Test("with a file that is missing, cut short or swapped with another is refused, and the file named")
    func damaged() throws {
        let url = try export(["a.onnx": "one", "b.onnx": "two"])
        let read = try ModelFolder(url)
        let a = url.appending(path: "a.onnx"), b = url.appending(path: "b.onnx")
        try Data("two".utf8).write(to: a)
        try Data("one".utf8).write(to: b)
        expectFailure(read, naming: "a.onnx", "SHA-256")
        try Data("on".utf8).write(to: a)
        expectFailure(read, naming: "a.onnx", "2 bytes instead of 3")
        try FileManager.default.removeItem(at: a)
        expectFailure(read, naming: "a.onnx", "missing")
    }

    private func expectFailure(_ read: ModelFolder, naming words: String...) {
        do {
            try read.verify()
            Issue.record("taken for right")
        } catch {
            for word in words { #expect(error.description.contains(word), "\(error)") }
        }
    }

    @Test(
        "with a manifest that is wrong is refused with the reason",
        arguments: [
            (#"{"graphs": {}}"#, "name is missing"), (#"{"name": "../x", "file": "a"}"#, "name of a folder"),
            (#"{"name": "x"}"#, "names no file"),
            (#"{"name": "x", "graphs": {"a": {"file": "../a", "bytes": 1}}}"#, "name of a file"),
            (#"{"name": "x", "graphs": {"a": {"file": "a"}}}"#, "no bytes"),
            (#"{"name": "x", "graphs": {"a": {"file": "a", "bytes": 3}}}"#, "no sha256"),
            ("[1]", "not a JSON object"), ("{", "not a JSON object"),
        ])
    func manifest(text: String, words: String) throws {
        try Data(text.utf8).write(to: folder.file("manifest.json"))
        do {
            _ = try ModelFolder(folder.url)
            Issue.record("taken: \(text)")
        } catch {
            #expect(error.description.contains(words), "\(error)")
        }
    }

    // MARK: Taking over

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: models.path).sorted()
    }

    @Test("is copied whole, without what else lies there")
    func installed() async throws {
        let url = try export(["a.onnx": "one"])
        try Data("secret".utf8).write(to: url.appending(path: "notes.txt"))
        try Data("card".utf8).write(to: url.appending(path: "MODEL_CARD.md"))
        let installed = try await ModelFolder(url).install(in: models, isReplacing: false)
        #expect(installed.url.path == models.appending(path: "edgetam").path)
        try installed.verify()
        let files = try FileManager.default.contentsOfDirectory(atPath: installed.url.path).sorted()
        #expect(files == ["MODEL_CARD.md", "a.onnx", "manifest.json"])
        #expect(try names() == ["edgetam"])
        // Once more is nothing new.
        _ = try await ModelFolder(url).install(in: models, isReplacing: false)
    }

    @Test("that does not pass the check leaves everything as it was")
    func refused() async throws {
        _ = try await ModelFolder(try export(["a.onnx": "one"])).install(in: models, isReplacing: false)
        let other = try ModelFolder(try export(["a.onnx": "another"], at: "other"))
        struct No: Error {}
        await #expect(throws: No.self) {
            _ = try await other.install(in: models, isReplacing: true) { _ in throw No() }
        }
        #expect(try names() == ["edgetam"])
        #expect(try String(contentsOf: models.appending(path: "edgetam/a.onnx"), encoding: .utf8) == "one")
    }

    @Test("takes another's place only when told to")
    func replaced() async throws {
        _ = try await ModelFolder(try export(["a.onnx": "one", "old.onnx": "old"])).install(
            in: models, isReplacing: false)
        let other = try ModelFolder(try export(["a.onnx": "another"], at: "other"))
        await #expect(throws: ModelFilesError.exists(path: models.appending(path: "edgetam").path)) {
            _ = try await other.install(in: models, isReplacing: false)
        }
        _ = try await other.install(in: models, isReplacing: true)
        let files = try FileManager.default.contentsOfDirectory(atPath: models.appending(path: "edgetam").path).sorted()
        #expect(files == ["a.onnx", "manifest.json"])
        #expect(try names() == ["edgetam"])
    }
}
