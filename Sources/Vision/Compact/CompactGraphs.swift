import Foundation
import Synchronization

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

/// All tensors that one call of a session needs, allocated once and used again by whichever session is at work.
final class CompactWorkspace: Sendable {
    static let featureNames = ["feat2", "feat4", "feat8", "feat16"]
    /// The features that the memory is made of and read with.
    static let memoryFeature = "feat16"

    let image: Tensor
    let feature16: Tensor
    let prompts: Tensor
    let masks: Tensor
    let quality: Tensor
    let presence: Tensor
    let memoryMask: Tensor
    let memory: Tensor

    let encoderInputs: [String: Tensor]
    let features: [String: Tensor]
    let recallOutputs: [String: Tensor]
    let decoderInputs: [String: Tensor]
    let recalledDecoderInputs: [String: Tensor]
    let decoderOutputs: [String: Tensor]
    let memoryInputs: [String: Tensor]
    let memoryOutputs: [String: Tensor]

    init(_ graphs: CompactGraphs) throws {
        image = try graphs.imageEncoder.makeTensor("image")
        encoderInputs = ["image": image]
        var features: [String: Tensor] = [:]
        for name in Self.featureNames { features[name] = try graphs.imageEncoder.makeTensor(name) }
        self.features = features
        feature16 = try features[Self.memoryFeature] ?? graphs.imageEncoder.makeTensor(Self.memoryFeature)
        let fused = try graphs.memoryAttention.makeTensor("fused16")
        recallOutputs = ["fused16": fused]

        prompts = try graphs.maskDecoder.makeTensor("prompts")
        masks = try graphs.maskDecoder.makeTensor("masks")
        quality = try graphs.maskDecoder.makeTensor("iou")
        presence = try graphs.maskDecoder.makeTensor("present")
        let withMemory = try Tensor(shape: [1, 1]), withoutMemory = try Tensor(shape: [1, 1])
        withMemory.fill(1)
        var inputs = features
        inputs["prompts"] = prompts
        inputs["has_memory"] = withoutMemory
        decoderInputs = inputs
        inputs["has_memory"] = withMemory
        inputs[Self.memoryFeature] = fused
        recalledDecoderInputs = inputs
        decoderOutputs = ["masks": masks, "iou": quality, "present": presence]

        memoryMask = try graphs.memoryEncoder.makeTensor("mask")
        memory = try graphs.memoryEncoder.makeTensor("memory")
        memoryInputs = [Self.memoryFeature: feature16, "mask": memoryMask]
        memoryOutputs = ["memory": memory]
    }
}

/// Lends workspaces to sessions: as many exist as sessions were ever at work at once, not as there are sessions.
final class WorkspacePool: Sendable {
    private let graphs: CompactGraphs
    private let idle = Mutex<[CompactWorkspace]>([])

    init(_ graphs: CompactGraphs) { self.graphs = graphs }

    func take() throws -> CompactWorkspace {
        try idle.withLock { $0.popLast() } ?? CompactWorkspace(graphs)
    }

    func giveBack(_ workspace: CompactWorkspace) {
        idle.withLock { $0.append(workspace) }
    }
}
