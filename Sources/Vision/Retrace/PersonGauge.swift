import Domain
public import Foundation
import Media

/// Tells whether a part of a frame is a person, by the presence that a network for body landmarks gives.
///
/// The network is MediaPipe's `pose_landmark_full` (Bazarevsky et al., BlazePose, 2020; Apache-2.0). Its presence is hardly ever
/// there on things, vehicles and machines, and most of the time on somebody who is seen as a whole and 60 pixels or taller;
/// that it is not there says little.
public actor PersonGauge {
    /// From this presence on it is a person.
    public static let leastPresence = 0.5

    /// Sides of the crops that are looked at, over the longer side of the thing.
    private static let cropFactors = [1.25, 1.8]
    private static let inputName = "input_1"
    private static let presenceName = "Identity_1"

    private struct Manifest: Decodable {
        var file: String
        var bytes: Int
        var sha256: String
        var cropSide: Int
    }

    private let graph: GraphHandle
    private let inference: InferenceService
    private let side: Int
    private let image: Tensor
    private let outputs: [String: Tensor]
    private let scaler = FrameScaler()
    private var pixels: [UInt8] = []

    /// Loads the network; takes less than a second.
    /// - Parameter directory: holds `manifest.json` and the file it names, for instance `ModelLocator.directory(of: "person")`.
    /// - Throws: `VisionError`.
    public init(directory: URL, inference: InferenceService) async throws {
        let path = directory.appendingPathComponent("manifest.json")
        let bytes = try ModelFile.read(path)
        let manifest: Manifest
        do {
            manifest = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
        } catch {
            throw VisionError.manifestInvalid(path: path.path, reason: "it isn't the manifest of a network for persons")
        }
        guard !manifest.file.contains("/"), (32...1024).contains(manifest.cropSide) else {
            throw VisionError.manifestInvalid(path: path.path, reason: "file or cropSide can't be meant")
        }
        let file = directory.appendingPathComponent(manifest.file)
        _ = try ModelFile.read(file, expectedBytes: manifest.bytes, sha256: manifest.sha256)
        graph = try await inference.load(liteFile: file)
        side = manifest.cropSide
        try graph.require([
            TensorDescription(name: Self.inputName, shape: [1, side, side, 3]),
            TensorDescription(name: Self.presenceName, shape: [1, 1]),
        ])
        image = try graph.makeTensor(Self.inputName)
        outputs = [Self.presenceName: try graph.makeTensor(Self.presenceName)]
        self.inference = inference
    }

    /// How surely `region` of a frame is a person, 0 to 1.
    /// - Throws: an error of the runtime, `CancellationError`.
    public func presence(in frame: VideoFrame, of region: Region) async throws -> Double {
        guard !region.isEmpty else { return 0 }
        var best = 0.0
        for factor in Self.cropFactors {
            let side = Double(max(region.width, region.height)) * factor
            let crop = Region(
                x: Int(clamping: region.center.x - side / 2), y: Int(clamping: region.center.y - side / 2),
                width: max(8, Int(clamping: side)), height: max(8, Int(clamping: side)))
            best = max(best, try await look(frame, crop))
            if best >= Self.leastPresence { break }
        }
        return best
    }

    private func look(_ frame: VideoFrame, _ crop: Region) async throws -> Double {
        scaler.rgb(frame, crop: crop, width: side, height: side, outside: .grey, into: &pixels)
        image.withFloats { floats in
            for index in 0..<min(floats.count, pixels.count) { floats[index] = Float(pixels[index]) / 255 }
        }
        try await inference.run(graph, inputs: [Self.inputName: image], outputs: outputs)
        return outputs[Self.presenceName]?.withFloats { Double($0[0]) } ?? 0
    }
}
