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
    struct Graph: Decodable, Sendable {
        var file: String
        var bytes: Int
        var sha256: String
    }

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
    var graphs: [String: Graph]

    /// - Throws: `VisionError.modelMissing`, `modelUnreadable` or `manifestInvalid`.
    static func read(directory: URL) throws -> CompactManifest {
        let file = directory.appendingPathComponent("manifest.json")
        let bytes = try ModelFile.read(file)
        func invalid(_ reason: String) -> VisionError { .manifestInvalid(path: file.path, reason: reason) }
        let manifest: CompactManifest
        do {
            manifest = try JSONDecoder().decode(CompactManifest.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw invalid(Self.reason(error))
        } catch {
            throw invalid(error.localizedDescription)
        }
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
        let manifestPath = directory.appendingPathComponent("manifest.json").path
        guard let entry = graphs[graph] else {
            throw VisionError.manifestInvalid(path: manifestPath, reason: "graph \(graph) is missing")
        }
        guard !entry.file.contains("/"), entry.file != "..", !entry.file.isEmpty else {
            throw VisionError.manifestInvalid(path: manifestPath, reason: "\"\(entry.file)\" is not the name of a file")
        }
        return try ModelFile.read(
            directory.appendingPathComponent(entry.file), expectedBytes: entry.bytes, sha256: entry.sha256)
    }

    private func value(_ key: String) -> Int {
        switch key {
        case "cropSide": cropSide
        case "promptSide": promptSide
        case "memorySlots": memorySlots
        default: memoryTokensPerFrame
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing"
        case .typeMismatch(let type, let context): return "\(place(context.codingPath)) is not of type \(type)"
        case .valueNotFound(_, let context): return "\(place(context.codingPath)) has no value"
        case .dataCorrupted: return "it is not JSON"
        @unknown default: return "it can't be decoded"
        }
    }
}
