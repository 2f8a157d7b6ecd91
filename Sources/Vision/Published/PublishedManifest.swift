import Foundation

/// `manifest.json` of a network of the SAM 2 family as tools/export writes it: the reference's settings, the four graphs
/// and the file of constants.
struct PublishedManifest: Decodable, Sendable {
    /// The reference's settings that this side depends on, under the names of tools/export.
    struct Settings: Decodable, Hashable, Sendable {
        /// Side of the square that a frame is stretched to, pixels.
        var imageSide: Int
        /// Side of the mask logits, cells.
        var maskSide: Int
        /// Width of the features and of an object pointer.
        var channels: Int
        /// Width and number of the tokens that are remembered of a frame.
        var memoryWidth: Int
        var memoryTokens: Int
        /// Frames that are attended to: the prompted one and those before now.
        var memories: Int
        /// Frames whose object pointers are attended to.
        var pointers: Int
        /// The attention is told how far away each pointer is, and on which side.
        var hasPointerDistance: Bool
        var hasSignedDistance: Bool
        /// The memory of a frame without the object is marked as such.
        var hasAbsentEmbedding: Bool
        /// A mask that a person saw is remembered as it was shown, not as probabilities.
        var binarisesPromptedMasks: Bool
        /// Least and most points with which the three masks of an ambiguous prompt are meant.
        var multimaskPoints: [Int]
        /// The single mask counts if its area between thresholds `-stabilityDelta` and `stabilityDelta` hardly changes.
        var stabilityDelta: Float
        var stabilityThreshold: Float

        /// Side of the deepest features, cells.
        var grid: Int { imageSide / 16 }

        func isAmbiguous(points: Int) -> Bool { (multimaskPoints[0]...multimaskPoints[1]).contains(points) }
    }

    struct Constants: Decodable, Sendable {
        struct Value: Decodable, Sendable {
            var name: String
            var shape: [Int]
            /// In values from the beginning of the file.
            var offset: Int
        }

        var file: String
        var bytes: Int
        var sha256: String
        var values: [Value]
    }

    /// What this program reads.
    static let format = 1, family = "sam2", opset = 17
    static let names = [
        "edgetam", "sam2.1_hiera_tiny", "sam2.1_hiera_small", "sam2.1_hiera_base_plus", "sam2.1_hiera_large",
    ]

    var format: Int
    var family: String
    var name: String
    var opset: Int
    var settings: Settings
    var graphs: [String: ModelFile.Entry]
    var constants: Constants
    /// Chooses masks and memories by the object's motion as well (SAMURAI). Not exported; a site may add it.
    var followsMotion: Bool?

    /// - Throws: `VisionError.modelMissing`, `modelUnreadable` or `manifestInvalid`.
    static func read(directory: URL) throws -> PublishedManifest {
        let manifest = try ModelFile.manifest(Self.self, in: directory)
        if let reason = manifest.objection {
            throw VisionError.manifestInvalid(
                path: directory.appendingPathComponent(ModelFile.manifestName).path, reason: reason)
        }
        return manifest
    }

    /// Why this side can't use the network, if it can't.
    private var objection: String? {
        if family != Self.family { return "it describes a network of the family \"\(family)\", not \"\(Self.family)\"" }
        if format != Self.format {
            return "it has format \(format), this version reads \(Self.format); export the network again (make export)"
        }
        if opset != Self.opset {
            return "its graphs are of opset \(opset), \(Self.opset) is needed; export the network again (make export)"
        }
        let settings = settings
        let ranges: [(String, Int, ClosedRange<Int>)] = [
            ("imageSide", settings.imageSide, 64...2048), ("channels", settings.channels, 8...1024),
            ("memoryWidth", settings.memoryWidth, 4...1024), ("memoryTokens", settings.memoryTokens, 1...16384),
            ("memories", settings.memories, 2...32), ("pointers", settings.pointers, 2...64),
        ]
        for (key, value, range) in ranges where !range.contains(value) {
            return "settings.\(key) is \(value); \(range.lowerBound) to \(range.upperBound) is allowed"
        }
        if settings.imageSide % 16 != 0 || settings.maskSide != settings.imageSide / 4 {
            return "settings.maskSide is \(settings.maskSide), a quarter of imageSide (\(settings.imageSide)) is needed"
        }
        if settings.channels % settings.memoryWidth != 0 { return "settings.channels is no multiple of memoryWidth" }
        if settings.multimaskPoints.count != 2 || settings.multimaskPoints[0] > settings.multimaskPoints[1] {
            return "settings.multimaskPoints is no range"
        }
        return nil
    }

    /// The checked bytes of a graph's file.
    /// - Throws: `VisionError.manifestInvalid`, `modelMissing`, `modelUnreadable`, `modelTruncated` or `modelChanged`.
    func bytes(of graph: String, directory: URL) throws -> [UInt8] {
        guard let entry = graphs[graph] else {
            throw VisionError.manifestInvalid(
                path: directory.appendingPathComponent(ModelFile.manifestName).path,
                reason: "graph \(graph) is missing")
        }
        return try entry.read(in: directory)
    }
}

/// What this side adds to the graphs' numbers.
struct PublishedConstants: Sendable {
    /// Added to the features of a frame that is looked at without memories.
    let noMemory: [Float]
    /// `temporal[r - 1]` for a memory of `r` frames ago; the last one is for prompted frames.
    let temporal: [[Float]]
    /// The pointer of a frame in which the object isn't.
    let noObjectPointer: [Float]
    /// 4 x 4 weights that make a decoder's mask of one of the image's resolution.
    let maskFilter: [Float]
    let maskFilterBias: Float

    /// - Throws: `VisionError`.
    init(_ manifest: PublishedManifest, directory: URL) throws {
        let constants = manifest.constants, settings = manifest.settings
        let bytes = try ModelFile.Entry(
            file: constants.file, bytes: constants.bytes, sha256: constants.sha256
        ).read(in: directory)
        func values(_ name: String, _ shape: [Int]) throws -> [Float] {
            let count = shape.reduce(1, *)
            guard let value = constants.values.first(where: { $0.name == name }), value.shape == shape,
                value.offset >= 0, (value.offset + count) * 4 <= bytes.count
            else {
                throw VisionError.manifestInvalid(
                    path: directory.appendingPathComponent(ModelFile.manifestName).path,
                    reason: "constant \(name) of shape \(shape) is missing")
            }
            return (value.offset..<value.offset + count).map { index in
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[index * 4 + $1]) << (8 * $1) }
                return Float(bitPattern: bits)
            }
        }
        noMemory = try values("no_memory_embedding", [settings.channels])
        let width = settings.memoryWidth
        let rows = try values("temporal_positions", [settings.memories, width])
        temporal = (0..<settings.memories).map { Array(rows[$0 * width..<($0 + 1) * width]) }
        noObjectPointer = try values("no_object_pointer", [settings.channels])
        maskFilter = try values("mask_downsample_weight", [4, 4])
        maskFilterBias = try values("mask_downsample_bias", [1])[0]
    }
}
