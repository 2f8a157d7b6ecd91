import Synchronization

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
