import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite("Loading the compact network")
struct CompactModelTests {
    /// A copy of the bundled model's folder.
    private func copy() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for file in try FileManager.default.contentsOfDirectory(atPath: Synthetic.models.path) {
            try FileManager.default.copyItem(at: Synthetic.models.appending(path: file), to: folder.file(file))
        }
        return folder
    }

    private func load(_ folder: TemporaryDirectory) async throws {
        _ = try await CompactFamily(directory: folder.url, inference: InferenceService())
    }

    @Test("the bundled network loads")
    func bundled() async throws {
        let family = try await Synthetic.family()
        #expect(family.name == "compact")
    }

    @Test("a missing folder, a missing graph and a cut or changed graph are named")
    func damaged() async throws {
        let empty = try TemporaryDirectory()
        await #expect(throws: VisionError.modelMissing(path: empty.file("manifest.json").path)) {
            try await load(empty)
        }

        let folder = try copy()
        let file = folder.file("image_encoder.onnx")
        let whole = try Data(contentsOf: file)
        try whole.prefix(whole.count / 2).write(to: file)
        await #expect(
            throws: VisionError.modelTruncated(
                path: file.path, expectedBytes: whole.count, foundBytes: whole.count / 2)
        ) { try await load(folder) }

        var changed = whole
        changed[whole.count / 2] ^= 1
        try changed.write(to: file)
        await #expect(throws: VisionError.modelChanged(path: file.path)) { try await load(folder) }

        try FileManager.default.removeItem(at: file)
        await #expect(throws: VisionError.modelMissing(path: file.path)) { try await load(folder) }
    }

    @Test("a manifest that isn't one is refused with what is wrong in it")
    func manifest() throws {
        let folder = try TemporaryDirectory()
        func reason(_ text: String) throws -> String {
            try Data(text.utf8).write(to: folder.file("manifest.json"))
            let error = #expect(throws: VisionError.self) { try CompactManifest.read(directory: folder.url) }
            guard case .manifestInvalid(_, let reason) = error else { return "\(String(describing: error))" }
            return reason
        }
        let rest = #""version": 1, "promptSide": 128, "memorySlots": 4, "memoryTokensPerFrame": 256, "graphs": {}"#
        #expect(try reason("[]").isEmpty == false)
        #expect(try reason("{") == "it is not JSON")
        #expect(try reason(#"{"name": "compact", \#(rest)}"#) == "cropSide is missing")
        #expect(try reason(#"{"name": "other", "cropSide": 256, \#(rest)}"#).contains("other"))
        #expect(try reason(#"{"name": "compact", "cropSide": -1, \#(rest)}"#).contains("cropSide is -1"))
    }

    @Test("a graph whose name leads out of the folder isn't read")
    func traversal() throws {
        let manifest = CompactManifest(
            name: "compact", version: 1, cropSide: 256, promptSide: 128, memorySlots: 4, memoryTokensPerFrame: 256,
            graphs: ["image_encoder": .init(file: "../secret", bytes: 1, sha256: "")])
        #expect(throws: VisionError.self) {
            try manifest.bytes(of: "image_encoder", directory: URL(filePath: "/tmp/models"))
        }
    }

    @Test("a graph of another shape is refused with both shapes")
    func wrongShape() async throws {
        let service = try InferenceService()
        let graph = try await service.load(TinyGraph.sum(shape: [1, 5]), name: "mask_decoder")
        #expect(
            throws: VisionError.wrongShape(graph: "mask_decoder", tensor: "sum", expected: [1, 3], found: [1, 5])
        ) {
            try graph.require([TensorDescription(name: "sum", shape: [1, 3])])
        }
    }
}
