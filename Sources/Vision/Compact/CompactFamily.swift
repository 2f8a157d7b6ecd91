import Foundation

/// The bundled network: small, real-time on a CPU, one square crop of the picture for each object.
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
