public import Foundation

/// The published networks of the SAM 2 family (Ravi et al., SAM 2, 2024; Zhou et al., EdgeTAM, 2025), as tools/export
/// writes them: EdgeTAM and the four sizes of SAM 2.1. The whole frame is looked at, once for all objects in it.
public final class PublishedFamily: SegmentationFamily {
    public let name: String

    public var details: String { graphs.visionEncoder.precision ?? "unknown precision" }

    let graphs: PublishedGraphs
    let embeddings: FrameEmbeddings
    private let workspaces: PublishedWorkspaces
    private let choice: FrameMemories.Choice

    /// Loads the network; takes some seconds.
    /// - Parameters:
    ///   - directory: holds `manifest.json` and the files it names.
    ///   - followsMotion: chooses masks and memories by the object's motion as well (SAMURAI); nil: as the manifest says.
    /// - Throws: `VisionError` when a file is missing, cut short, not the manifest's, or of the wrong shape, or when
    ///   there is too little memory.
    public init(directory: URL, inference: InferenceService, followsMotion: Bool? = nil) async throws {
        graphs = try await PublishedGraphs(directory: directory, inference: inference)
        name = graphs.manifest.name
        embeddings = FrameEmbeddings(graphs)
        workspaces = PublishedWorkspaces(graphs)
        choice = followsMotion ?? graphs.manifest.followsMotion ?? false ? .motionAware : .recent
    }

    public func makeSession() throws -> any SegmentationSession {
        PublishedSession(graphs, embeddings: embeddings, tracker: makeTracker())
    }

    /// Follows one object without the outer session's sense of time.
    func makeTracker() -> ObjectTracker { ObjectTracker(graphs, workspaces: workspaces, choice: choice) }
}

extension PublishedFamily: ConfigurableFamily {
    public static let configuredName = "edgetam"
    public static let configuredNames = PublishedManifest.names

    public static func load(from folder: URL, inference: InferenceService) async throws -> any SegmentationFamily {
        try await PublishedFamily(directory: folder, inference: inference)
    }
}
