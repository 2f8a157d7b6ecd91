import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite("Model files")
struct ModelFileTests {
    /// SHA-256 of "abc", from FIPS 180-2, appendix B.1.
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("a whole file passes; a missing, cut or changed one is named")
    func checks() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("graph.onnx")
        #expect(throws: VisionError.modelMissing(path: file.path)) {
            try ModelFile.read(file, expectedBytes: 3, sha256: abc)
        }
        try Data("abc".utf8).write(to: file)
        #expect(try ModelFile.read(file, expectedBytes: 3, sha256: abc.uppercased()) == Array("abc".utf8))

        try Data("ab".utf8).write(to: file)
        #expect(throws: VisionError.modelTruncated(path: file.path, expectedBytes: 3, foundBytes: 2)) {
            try ModelFile.read(file, expectedBytes: 3, sha256: abc)
        }
        try Data("abd".utf8).write(to: file)
        #expect(throws: VisionError.modelChanged(path: file.path)) {
            try ModelFile.read(file, expectedBytes: 3, sha256: abc)
        }
    }

    @Test("models are found in the set folder, beside an installed program, or in the checkout, in this order")
    func locator() throws {
        let folder = try TemporaryDirectory()
        func makeModels(_ path: String) throws -> URL {
            let models = folder.file(path)
            try FileManager.default.createDirectory(
                at: models.appending(path: "compact"), withIntermediateDirectories: true)
            try Data("{}".utf8).write(to: models.appending(path: "compact/manifest.json"))
            return models
        }
        func find(_ environment: [String: String] = [:]) throws -> String {
            try ModelLocator.directory(
                of: "compact", environment: environment, executable: folder.file("work/bin/aislewatch"),
                workingDirectory: folder.file("elsewhere")
            ).standardizedFileURL.path
        }
        let error = #expect(throws: VisionError.self) { try find() }
        guard case .modelsNotFound(let searched) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(searched.contains { $0.hasSuffix("work/share/aislewatch/models/compact") })

        let checkout = try makeModels("work/models")
        #expect(try find() == checkout.appending(path: "compact").standardizedFileURL.path)
        let installed = try makeModels("work/share/aislewatch/models")
        #expect(try find() == installed.appending(path: "compact").standardizedFileURL.path)
        let chosen = try makeModels("chosen")
        #expect(
            try find(["AISLEWATCH_MODELS": chosen.path]) == chosen.appending(path: "compact").standardizedFileURL.path)
        #expect(throws: VisionError.self) { try find(["AISLEWATCH_MODELS": "/nowhere"]) }
    }
}
