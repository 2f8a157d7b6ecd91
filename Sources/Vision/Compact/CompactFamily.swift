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

/// The four graphs of the network, checked against the shapes that this side counts on.
final class CompactGraphs: Sendable {
    let inference: InferenceService
    let manifest: CompactManifest
    let imageEncoder: GraphHandle
    let memoryEncoder: GraphHandle
    let memoryAttention: GraphHandle
    let maskDecoder: GraphHandle

    /// Side of the mask that the memory encoder reads, cells.
    let memoryMaskSide: Int
    /// Masks that the decoder returns.
    let maskCount: Int

    init(directory: URL, inference: InferenceService) async throws {
        let manifest = try CompactManifest.read(directory: directory)
        func load(_ name: String, imageInputs: Set<String> = []) async throws -> GraphHandle {
            try await inference.load(
                manifest.bytes(of: name, directory: directory), name: name, imageInputs: imageInputs)
        }
        imageEncoder = try await load("image_encoder", imageInputs: ["image"])
        memoryEncoder = try await load("memory_encoder")
        memoryAttention = try await load("memory_attention")
        maskDecoder = try await load("mask_decoder")
        self.inference = inference
        self.manifest = manifest
        memoryMaskSide = try memoryEncoder.description(of: "mask").shape.last ?? 0
        maskCount = try maskDecoder.description(of: "iou").shape.last ?? 0
        try checkShapes()
    }

    private func checkShapes() throws {
        let crop = manifest.cropSide, side = manifest.promptSide
        let tokens = manifest.memorySlots * manifest.memoryTokensPerFrame
        try imageEncoder.require([TensorDescription(name: "image", shape: [1, crop, crop, 3], element: .uint8)])
        let memory = try memoryEncoder.description(of: "memory")
        try memoryEncoder.require([
            TensorDescription(name: "mask", shape: [1, 1, memoryMaskSide, memoryMaskSide]),
            TensorDescription(name: "memory", shape: [1, manifest.memoryTokensPerFrame, memory.shape.last ?? 0]),
        ])
        try memoryAttention.require([
            TensorDescription(name: "memory", shape: [1, tokens, memory.shape.last ?? 0]),
            TensorDescription(name: "memory_valid", shape: [1, tokens]),
        ])
        try maskDecoder.require([
            TensorDescription(name: "prompts", shape: [1, PromptMaps.Channel.allCases.count, side, side]),
            TensorDescription(name: "has_memory", shape: [1, 1]),
            TensorDescription(name: "masks", shape: [1, maskCount, side, side]),
            TensorDescription(name: "iou", shape: [1, maskCount]), TensorDescription(name: "present", shape: [1, 1]),
        ])
        // What one graph writes another reads in place.
        for name in CompactWorkspace.featureNames {
            let feature = try imageEncoder.description(of: name)
            try maskDecoder.require([feature])
            if name == CompactWorkspace.memoryFeature {
                try memoryEncoder.require([feature])
                try memoryAttention.require([
                    feature, TensorDescription(name: "fused16", shape: feature.shape),
                ])
            }
        }
    }

    /// `image` → features.
    func encode(_ workspace: CompactWorkspace) async throws {
        try await inference.run(imageEncoder, inputs: workspace.encoderInputs, outputs: workspace.features)
    }

    /// Features and what is remembered → features that know the object.
    func recall(_ workspace: CompactWorkspace, memory: CompactMemory) async throws {
        let inputs = [
            CompactWorkspace.memoryFeature: workspace.feature16, "memory": memory.tokens, "memory_valid": memory.valid,
        ]
        try await inference.run(memoryAttention, inputs: inputs, outputs: workspace.recallOutputs)
    }

    /// Features and prompts → masks, their quality and the object's presence.
    /// - Parameter recalled: use the features that `recall` made.
    func decode(_ workspace: CompactWorkspace, recalled: Bool) async throws {
        try await inference.run(
            maskDecoder, inputs: recalled ? workspace.recalledDecoderInputs : workspace.decoderInputs,
            outputs: workspace.decoderOutputs)
    }

    /// Features and `memoryMask` → `memory`.
    func remember(_ workspace: CompactWorkspace) async throws {
        try await inference.run(memoryEncoder, inputs: workspace.memoryInputs, outputs: workspace.memoryOutputs)
    }
}
