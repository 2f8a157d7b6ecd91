import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite("Loading a published network")
struct PublishedModelTests {
    private static let whole = RecordedClip.folder.appending(path: "mini_sam2")

    private func copy() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for file in try FileManager.default.contentsOfDirectory(atPath: Self.whole.path) {
            try FileManager.default.copyItem(at: Self.whole.appending(path: file), to: folder.file(file))
        }
        return folder
    }

    private func change(_ folder: TemporaryDirectory, _ body: (inout [String: Any]) throws -> Void) throws {
        let file = folder.file("manifest.json")
        var manifest = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        try body(&manifest)
        try JSONSerialization.data(withJSONObject: manifest).write(to: file)
    }

    private func error(_ folder: TemporaryDirectory) async throws -> VisionError {
        try #require(
            await #expect(throws: VisionError.self) {
                try await PublishedFamily(directory: folder.url, inference: InferenceService())
            })
    }

    @Test("a missing, cut or changed file is named, the constants too")
    func damaged() async throws {
        for name in ["memory_attention.onnx", "constants.bin"] {
            let folder = try copy()
            let file = folder.file(name)
            let data = try Data(contentsOf: file)
            try data.dropLast(9).write(to: file)
            #expect(
                try await error(folder)
                    == .modelTruncated(path: file.path, expectedBytes: data.count, foundBytes: data.count - 9))
            var changed = data
            changed[data.count / 2] ^= 1
            try changed.write(to: file)
            #expect(try await error(folder) == .modelChanged(path: file.path))
            try FileManager.default.removeItem(at: file)
            #expect(try await error(folder) == .modelMissing(path: file.path))
        }
    }

    @Test("another format or opset, and settings that can't be meant, are refused with what to do")
    func manifest() async throws {
        func reason(_ body: (inout [String: Any]) throws -> Void) async throws -> String {
            let folder = try copy()
            try change(folder, body)
            let error = try await error(folder)
            guard case .manifestInvalid(let path, let reason) = error, path.hasSuffix("manifest.json") else {
                return "\(error)"
            }
            #expect(!error.description.contains("\n"))
            return reason
        }
        #expect(try await reason { $0["opset"] = 21 }.contains("opset 21, 17 is needed"))
        #expect(try await reason { $0["format"] = 2 }.contains("make export"))
        #expect(try await reason { $0["family"] = "compact" }.contains("\"compact\", not \"sam2\""))
        #expect(try await reason { $0["settings"] = [String: Any]() }.contains("settings.imageSide is missing"))
        #expect(
            try await reason { manifest in
                var settings = try #require(manifest["settings"] as? [String: Any])
                settings["memories"] = 100_000
                manifest["settings"] = settings
            }.contains("settings.memories is 100000"))
    }

    @Test("swapped graphs are refused by what they lack")
    func swapped() async throws {
        let folder = try copy()
        try change(folder) { manifest in
            var graphs = try #require(manifest["graphs"] as? [String: Any])
            (graphs["mask_decoder"], graphs["memory_encoder"]) = (graphs["memory_encoder"], graphs["mask_decoder"])
            manifest["graphs"] = graphs
        }
        let error = try await error(folder)
        guard case .unknownTensor(let graph, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(graph == "mini_sam2 mask_decoder")
    }

    @Test("a graph of another shape is refused with both shapes")
    func otherShape() async throws {
        let folder = try copy()
        try change(folder) { manifest in
            var settings = try #require(manifest["settings"] as? [String: Any])
            settings["memoryTokens"] = 32
            manifest["settings"] = settings
        }
        #expect(
            try await error(folder)
                == .wrongShape(
                    graph: "mini_sam2 memory_attention", tensor: "memory", expected: [0, 32, 8], found: [0, 64, 8]))
    }

    @Test("where memory doesn't suffice, nothing is compiled")
    func memory() async throws {
        let error = try #require(
            await #expect(throws: VisionError.self) {
                try await PublishedGraphs(
                    directory: Self.whole, inference: InferenceService(), availableMemory: { 1_000_000 })
            })
        guard case .tooLittleMemory(_, let needed, 1_000_000) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(needed > 1_000_000 && error.description.contains("use a smaller model"))
        #expect((MachineMemory.availableBytes() ?? 0) > 1_000_000)
    }

    @Test("a device that isn't there is refused with those that are")
    func device() async throws {
        let error = #expect(throws: VisionError.self) { try InferenceService(device: "NPU") }
        #expect(error == .deviceMissing("NPU", available: ["CPU"]))
    }

    @Test("a folder that holds another network than the one asked for is refused")
    func otherName() async throws {
        let folder = try copy()
        try change(folder) { $0["name"] = "edgetam" }
        let loaded = try await ModelRegistry.standard.load(
            "edgetam", from: folder.url, inference: InferenceService())
        #expect(loaded.name == "edgetam")
        await #expect(throws: VisionError.self) {
            try await ModelRegistry.standard.load(
                "sam2.1_hiera_tiny", from: folder.url, inference: InferenceService())
        }
    }
}
