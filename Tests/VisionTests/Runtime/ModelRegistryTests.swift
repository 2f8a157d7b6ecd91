import Domain
import Foundation
import Media
import Testing

@testable import Vision

/// ``SquareFamily`` is all that a new family needs.
@Suite("Model families")
struct ModelRegistryTests {
    private let registry = ModelRegistry([CompactFamily.self, SquareFamily.self])

    @Test("one that is added is loaded by its name and answers a click")
    func added() async throws {
        #expect(registry.names == ["compact", "square"])
        let family = try await registry.load(
            "square", from: URL(filePath: "/nowhere"), inference: try InferenceService())
        let frame = try VideoFrame(image: RGBImage(size: FrameSize(width: 64, height: 48), red: 0, green: 0, blue: 0))
        let candidates = try await family.makeSession().start(
            frame, prompt: .click(Point(x: 32, y: 24)), change: nil)
        #expect(family.name == "square" && candidates.first?.mask.area == 225)
    }

    @Test("an unknown name is refused with those that there are")
    func unknown() async throws {
        await #expect(throws: ModelRegistry.UnknownFamily(name: "round", known: ["compact", "square"])) {
            try await registry.load("round", inference: try InferenceService())
        }
    }

    @Test("the guide shows this very family")
    func guide() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let file = try String(contentsOf: tests.appending(path: "SquareFamily.swift"), encoding: .utf8)
        let guide = try String(
            contentsOf: tests.appending(path: "../../../docs/add-a-model.md").standardizedFileURL, encoding: .utf8)
        let parts = guide.components(separatedBy: "```")
        #expect(parts.count == 3 && file.contains(parts[1].dropFirst("swift\n".count)))
    }
}
