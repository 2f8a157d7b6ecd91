import Foundation

/// The bundled network: small, real-time on a CPU, one square crop of the frame for each object.
public final class CompactFamily: SegmentationFamily {
    public let name = CompactManifest.name
    /// Version of the weights, from the manifest.
    public var version: Int { graphs.manifest.version }

    /// The arithmetic that the runtime chose, in its own words (`f32`, `bf16`); nil where it doesn't say.
    public var precision: String? { graphs.imageEncoder.precision }

    public var details: String { "\(version), \(precision ?? "unknown precision")" }

    private let graphs: CompactGraphs
    private let pool: WorkspacePool

    /// Loads the network; takes one to two seconds.
    /// - Parameter directory: holds `manifest.json` and the graphs it names, for instance
    ///   `ModelLocator.directory(of: "compact")`.
    /// - Throws: `VisionError` when a file is missing, cut short, not the manifest's, or of the wrong shape.
    public init(directory: URL, inference: InferenceService) async throws {
        graphs = try await CompactGraphs(directory: directory, inference: inference)
        pool = WorkspacePool(graphs)
    }

    public func makeSession() throws -> any SegmentationSession {
        try CompactSession(graphs: graphs, pool: pool)
    }
}

extension CompactFamily: ConfigurableFamily {
    public static var configuredName: String { CompactManifest.name }

    public static func load(from folder: URL, inference: InferenceService) async throws -> any SegmentationFamily {
        try await CompactFamily(directory: folder, inference: inference)
    }
}

/// `manifest.json` beside the graphs: what they are, and the sizes and hashes of their files.
struct CompactManifest: Decodable, Sendable {
    static let name = "compact"

    var name: String
    var version: Int
    /// Side of the square crop that goes in, pixels.
    var cropSide: Int
    /// Side of the prompt maps and masks, cells.
    var promptSide: Int
    /// Remembered frames, and tokens of each.
    var memorySlots: Int
    var memoryTokensPerFrame: Int
    var graphs: [String: ModelFile.Entry]

    /// - Throws: `VisionError.modelMissing`, `modelUnreadable` or `manifestInvalid`.
    static func read(directory: URL) throws -> CompactManifest {
        func invalid(_ reason: String) -> VisionError {
            .manifestInvalid(path: directory.appendingPathComponent(ModelFile.manifestName).path, reason: reason)
        }
        let manifest = try ModelFile.manifest(CompactManifest.self, in: directory)
        guard manifest.name == Self.name else {
            throw invalid("it describes \"\(manifest.name)\", not \"\(Self.name)\"")
        }
        for (key, range) in [
            ("cropSide", 32...4096), ("promptSide", 16...2048), ("memorySlots", 2...64),
            ("memoryTokensPerFrame", 1...65536),
        ] {
            let value = manifest.value(key)
            guard range.contains(value) else {
                throw invalid("\(key) is \(value); \(range.lowerBound) to \(range.upperBound) is allowed")
            }
        }
        return manifest
    }

    /// The checked bytes of a graph's file.
    /// - Throws: `VisionError.manifestInvalid`, `modelMissing`, `modelUnreadable`, `modelTruncated` or `modelChanged`.
    func bytes(of graph: String, directory: URL) throws -> [UInt8] {
        guard let entry = graphs[graph] else {
            throw VisionError.manifestInvalid(
                path: directory.appendingPathComponent(ModelFile.manifestName).path, reason: "graph \(graph) is missing"
            )
        }
        return try entry.read(in: directory)
    }

    private func value(_ key: String) -> Int {
        switch key {
        case "cropSide": cropSide
        case "promptSide": promptSide
        case "memorySlots": memorySlots
        default: memoryTokensPerFrame
        }
    }
}
