import Crypto
import Foundation
import TestSupport
import Testing

@testable import Vision

/// This program says of each frame of a clip what the reference's own video predictor says: with clicks, a box, a mask,
/// later corrections, an occlusion, forwards and backwards.
@Suite("Parity with the reference's video predictor")
struct PublishedParityTests {
    private static let mostLogits: Float = 1e-2, mostEstimate: Float = 1e-3

    /// The recorded small networks; with AISLEWATCH_PARITY the folders that `make parity` has just made.
    static var folders: [URL] {
        if let made = ProcessInfo.processInfo.environment["AISLEWATCH_PARITY"], !made.isEmpty {
            return made.split(separator: ":").map { URL(filePath: String($0)) }
        }
        return ["mini_sam2", "mini_edgetam"].map { RecordedClip.folder.appending(path: $0) }
    }

    @Test("every frame", arguments: folders)
    func everyFrame(folder: URL) async throws {
        let clip = try RecordedClip.read(folder)
        let found = try await clip.replay(folder, with: Self.load(folder))
        print(
            "\(folder.lastPathComponent): \(clip.steps.count) steps, largest differences: logits \(found.logits), "
                + "IoU \(found.iou), object score \(found.score)")
        let steps = found.steps.joined(separator: "\n")
        #expect(found.logits <= Self.mostLogits, "\(steps)")
        #expect(found.iou <= Self.mostEstimate && found.score <= Self.mostEstimate, "\(steps)")
        #expect(found.otherChoices == [])
    }

    /// Otherwise the comparison would prove little.
    @Test("the recordings differ from frame to frame: masks, scores on both sides of 0, every kind of choice")
    func recordings() throws {
        let clips = try ["mini_sam2", "mini_edgetam"].map {
            try RecordedClip.read(RecordedClip.folder.appending(path: $0))
        }
        for clip in clips {
            let tracked = clip.steps.filter { $0.kind == .track }
            #expect(tracked.contains { $0.score > 0 } && tracked.contains { $0.score < 0 })
            #expect((tracked.map(\.iou).max() ?? 0) - (tracked.map(\.iou).min() ?? 0) > 0.1)
        }
        #expect(Set(clips.flatMap { $0.steps.map(\.chosen) }).count >= 3)
    }

    @Test(
        "one wrong temporal position is noticed, and a wrong embedding of what is not there",
        arguments: [
            Damage(constant: "temporal_positions"), Damage(constant: "temporal_positions", row: 6),
            Damage(constant: "no_memory_embedding"), Damage(constant: "no_object_pointer"),
        ])
    func damaged(damage: Damage) async throws {
        let whole = RecordedClip.folder.appending(path: damage.network)
        let folder = try TemporaryDirectory()
        for file in try FileManager.default.contentsOfDirectory(atPath: whole.path) {
            try FileManager.default.copyItem(at: whole.appending(path: file), to: folder.file(file))
        }
        try damage.apply(to: folder)
        let found = try await RecordedClip.read(whole).replay(whole, with: Self.load(folder.url))
        #expect(found.logits > Self.mostLogits)
    }

    /// Another value for one row of a constant.
    struct Damage: Sendable, CustomTestStringConvertible {
        var network = "mini_sam2"
        var constant: String
        var row = 0
        var by: Float = 0.5

        var testDescription: String { "\(constant), row \(row)" }

        func apply(to folder: TemporaryDirectory) throws {
            let manifestFile = folder.file("manifest.json"), file = folder.file("constants.bin")
            var manifest = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: manifestFile)) as? [String: Any])
            var constants = try #require(manifest["constants"] as? [String: Any])
            let values = try #require(constants["values"] as? [[String: Any]])
            let value = try #require(values.first { $0["name"] as? String == constant })
            let offset = try #require(value["offset"] as? Int), shape = try #require(value["shape"] as? [Int])
            let width = shape.last ?? 1
            var data = try Data(contentsOf: file)
            for index in offset + row * width..<offset + (row + 1) * width {
                let bits = data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self) }
                let changed = (Float(bitPattern: bits) + by).bitPattern
                for byte in 0..<4 { data[index * 4 + byte] = UInt8(truncatingIfNeeded: changed >> (8 * byte)) }
            }
            try data.write(to: file)
            constants["sha256"] = SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
            manifest["constants"] = constants
            try JSONSerialization.data(withJSONObject: manifest).write(to: manifestFile)
        }
    }

    static func load(_ folder: URL) async throws -> PublishedFamily {
        try await PublishedFamily(directory: folder, inference: InferenceService())
    }
}
