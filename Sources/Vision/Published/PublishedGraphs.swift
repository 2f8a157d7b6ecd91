import Domain
import Foundation
import Media
import Synchronization

/// The four graphs of a network of the SAM 2 family, checked against the shapes that its manifest promises, and its
/// constants.
final class PublishedGraphs: Sendable {
    let inference: InferenceService
    let manifest: PublishedManifest
    let constants: PublishedConstants
    let visionEncoder: GraphHandle
    let maskDecoder: GraphHandle
    let memoryAttention: GraphHandle
    let memoryEncoder: GraphHandle

    var settings: PublishedManifest.Settings { manifest.settings }

    /// Bytes that compiled graphs take for each byte of their files, and attention weights that exist at one time:
    /// measured with EdgeTAM and SAM 2.1 tiny, rounded up.
    private static let bytesPerFileByte = 3, attentionCopies = 3

    init(
        directory: URL, inference: InferenceService, availableMemory: () -> Int? = MachineMemory.availableBytes
    ) async throws {
        let manifest = try PublishedManifest.read(directory: directory)
        if let available = availableMemory(), available < Self.neededBytes(manifest) {
            throw VisionError.tooLittleMemory(
                path: directory.path, neededBytes: Self.neededBytes(manifest), availableBytes: available)
        }
        func load(_ name: String, imageInputs: Set<String> = []) async throws -> GraphHandle {
            try await inference.load(
                manifest.bytes(of: name, directory: directory), name: "\(manifest.name) \(name)",
                imageInputs: imageInputs)
        }
        constants = try PublishedConstants(manifest, directory: directory)
        visionEncoder = try await load("vision_encoder", imageInputs: ["image"])
        maskDecoder = try await load("mask_decoder")
        memoryAttention = try await load("memory_attention")
        memoryEncoder = try await load("memory_encoder")
        self.inference = inference
        self.manifest = manifest
        try checkShapes()
    }

    static func neededBytes(_ manifest: PublishedManifest) -> Int {
        let settings = manifest.settings, cells = settings.grid * settings.grid
        let files = manifest.graphs.values.reduce(0) { $0 + $1.bytes }
        let keys = (settings.memories + 1) * settings.memoryTokens
        return files * bytesPerFileByte + attentionCopies * cells * keys * MemoryLayout<Float>.size
    }

    private func checkShapes() throws {
        let settings = settings, side = settings.maskSide, image = settings.imageSide
        let features = (0..<3).map { level in
            TensorDescription(
                name: FrameEmbedding.names[level],
                shape: [1, level == 2 ? settings.channels : 0, side >> level, side >> level])
        }
        try visionEncoder.require(
            features + [TensorDescription(name: "image", shape: [1, image, image, 3], element: .uint8)])
        let mask = TensorDescription(name: "mask", shape: [1, 1, side, side])
        try maskDecoder.require(
            try FrameEmbedding.names.map { try visionEncoder.description(of: $0) } + [
                mask, TensorDescription(name: "points", shape: [1, 0, 2]),
                TensorDescription(name: "labels", shape: [1, 0]), TensorDescription(name: "has_mask", shape: [1, 1]),
                TensorDescription(name: "masks", shape: [1, DecoderAnswer.count, side, side]),
                TensorDescription(name: "iou", shape: [1, DecoderAnswer.count]),
                TensorDescription(name: "object_pointers", shape: [1, DecoderAnswer.count, settings.channels]),
                TensorDescription(name: "object_score", shape: [1, 1]),
            ])
        var attention = [
            features[2], TensorDescription(name: "conditioned", shape: features[2].shape),
            TensorDescription(name: "memory", shape: [0, settings.memoryTokens, settings.memoryWidth]),
            TensorDescription(name: "temporal", shape: [0, settings.memoryWidth]),
            TensorDescription(name: "pointers", shape: [0, settings.channels]),
        ]
        if settings.hasPointerDistance { attention.append(TensorDescription(name: "distance", shape: [0])) }
        try memoryAttention.require(attention)
        var memory = [
            features[2], mask, TensorDescription(name: "from_prompt", shape: [1, 1]),
            TensorDescription(name: "memory", shape: [1, settings.memoryTokens, settings.memoryWidth]),
        ]
        if settings.hasAbsentEmbedding { memory.append(TensorDescription(name: "score", shape: [1, 1])) }
        try memoryEncoder.require(memory)
    }

    // MARK: Running

    /// `workspace.conditioned` becomes the features without a memory.
    func conditionWithoutMemory(_ embedding: FrameEmbedding, _ workspace: PublishedWorkspace) {
        let cells = settings.grid * settings.grid
        workspace.conditioned.withFloats { to in
            embedding.features16.withFloats { from in
                for (channel, value) in constants.noMemory.enumerated() {
                    for cell in channel * cells..<(channel + 1) * cells { to[cell] = from[cell] + value }
                }
            }
        }
    }

    /// `workspace.conditioned` becomes the features that know the object.
    func condition(
        _ embedding: FrameEmbedding, memories: [FrameMemories.Recalled], pointers: [FrameMemories.Pointer],
        _ workspace: PublishedWorkspace
    ) async throws {
        let recall = try workspace.recall(memories: memories.count, pointers: pointers.count)
        recall.memory.withFloats { to in
            var place = 0
            for memory in memories {
                for value in memory.memory {
                    to[place] = BFloat16.decode(value)
                    place += 1
                }
            }
        }
        for (row, memory) in memories.enumerated() {
            recall.temporal.store(constants.temporal[memory.position], at: row * settings.memoryWidth)
        }
        for (row, pointer) in pointers.enumerated() {
            recall.pointers.store(pointer.values, at: row * settings.channels)
        }
        recall.distance?.store(pointers.map(\.distance))
        var inputs = ["memory": recall.memory, "temporal": recall.temporal, "pointers": recall.pointers]
        inputs["features16"] = embedding.features16
        inputs["distance"] = recall.distance
        try await inference.run(memoryAttention, inputs: inputs, outputs: ["conditioned": workspace.conditioned])
    }

    /// Features, points and an earlier mask → the decoder's answer.
    /// - Parameter features16: nil: `workspace.conditioned`.
    func decode(
        _ embedding: FrameEmbedding, features16: Tensor? = nil, points: [PointPrompt], mask: MaskLogits?,
        _ workspace: PublishedWorkspace
    ) async throws -> DecoderAnswer {
        // A frame without points is asked with one that means nothing.
        let asked = points.isEmpty ? [.none] : points
        let places = try Tensor(shape: [1, asked.count, 2]), labels = try Tensor(shape: [1, asked.count])
        places.store(asked.flatMap { [$0.x, $0.y] })
        labels.store(asked.map { Float($0.label.rawValue) })
        if let mask { workspace.mask.store(mask.values) } else { workspace.mask.fill(0) }
        workspace.hasMask.fill(mask == nil ? 0 : 1)
        try await inference.run(
            maskDecoder,
            inputs: [
                "features4": embedding.features4, "features8": embedding.features8,
                "features16": features16 ?? workspace.conditioned, "points": places, "labels": labels,
                "mask": workspace.mask, "has_mask": workspace.hasMask,
            ],
            outputs: workspace.answers)
        return workspace.answer(settings)
    }

    /// A frame and its mask → what is remembered, as bfloat16.
    func remember(
        _ embedding: FrameEmbedding, mask: MaskLogits, isPrompted: Bool, score: Float, _ workspace: PublishedWorkspace
    ) async throws -> [UInt16] {
        workspace.mask.store(mask.values)
        workspace.fromPrompt.fill(isPrompted && settings.binarisesPromptedMasks ? 1 : 0)
        var inputs = [
            "features16": embedding.features16, "mask": workspace.mask, "from_prompt": workspace.fromPrompt,
        ]
        if settings.hasAbsentEmbedding {
            workspace.score.fill(score)
            inputs["score"] = workspace.score
        }
        try await inference.run(memoryEncoder, inputs: inputs, outputs: ["memory": workspace.memory])
        return workspace.memory.withFloats { $0.map(BFloat16.encode) }
    }
}

/// A point as the decoder takes it.
struct PointPrompt: Hashable, Sendable {
    enum Label: Int, Sendable {
        case none = -1
        case outside = 0
        case object = 1
        case boxStart = 2
        case boxEnd = 3
    }

    /// In pixels of the square that the frame was stretched to.
    var x: Float
    var y: Float
    var label: Label

    static let none = PointPrompt(x: 0, y: 0, label: .none)

    /// The box first, then the clicks.
    static func points(of prompt: Prompt, in frame: FrameSize, side: Int) -> [PointPrompt] {
        func point(_ x: Double, _ y: Double, _ label: Label) -> PointPrompt {
            // In the reference's order of operations.
            PointPrompt(
                x: Float(x) / Float(frame.width) * Float(side), y: Float(y) / Float(frame.height) * Float(side),
                label: label)
        }
        let box = prompt.box.map {
            [point(Double($0.x), Double($0.y), .boxStart), point(Double($0.endX), Double($0.endY), .boxEnd)]
        }
        return (box ?? []) + prompt.positive.map { point($0.x, $0.y, .object) }
            + prompt.negative.map { point($0.x, $0.y, .outside) }
    }
}

/// All that the decoder says about one frame.
struct DecoderAnswer: Sendable {
    /// The single mask, and the three of an ambiguous prompt.
    static let count = 4

    var masks: [MaskLogits]
    var iou: [Float]
    var pointers: [[Float]]
    /// The object is in the frame if this is above 0.
    var score: Float

    /// The one of the three for ambiguous prompts that the network thinks best of.
    var bestOfThree: Int { (1..<Self.count).reduce(1) { iou[$1] > iou[$0] ? $1 : $0 } }
}

/// The tensors that one call of a tracker needs, allocated once and used again.
final class PublishedWorkspace: Sendable {
    /// What is recalled of earlier frames; made anew only when their number changes.
    struct Recall: Sendable {
        let memory: Tensor
        let temporal: Tensor
        let pointers: Tensor
        let distance: Tensor?
    }

    let conditioned: Tensor
    let mask: Tensor
    let hasMask: Tensor
    let fromPrompt: Tensor
    let score: Tensor
    let memory: Tensor
    let answers: [String: Tensor]
    private let settings: PublishedManifest.Settings
    private let masks: Tensor
    private let iou: Tensor
    private let pointers: Tensor
    private let objectScore: Tensor
    private let lastRecall = Mutex<Recall?>(nil)

    init(_ graphs: PublishedGraphs) throws {
        settings = graphs.settings
        conditioned = try graphs.memoryAttention.makeTensor("conditioned")
        mask = try graphs.maskDecoder.makeTensor("mask")
        hasMask = try Tensor(shape: [1, 1])
        fromPrompt = try Tensor(shape: [1, 1])
        score = try Tensor(shape: [1, 1])
        memory = try graphs.memoryEncoder.makeTensor("memory")
        masks = try graphs.maskDecoder.makeTensor("masks")
        iou = try graphs.maskDecoder.makeTensor("iou")
        pointers = try graphs.maskDecoder.makeTensor("object_pointers")
        objectScore = try graphs.maskDecoder.makeTensor("object_score")
        answers = ["masks": masks, "iou": iou, "object_pointers": pointers, "object_score": objectScore]
    }

    func recall(memories: Int, pointers: Int) throws -> Recall {
        try lastRecall.withLock { last in
            if let last, last.memory.shape[0] == memories, last.pointers.shape[0] == pointers { return last }
            let made = Recall(
                memory: try Tensor(shape: [memories, settings.memoryTokens, settings.memoryWidth]),
                temporal: try Tensor(shape: [memories, settings.memoryWidth]),
                pointers: try Tensor(shape: [pointers, settings.channels]),
                distance: settings.hasPointerDistance ? try Tensor(shape: [pointers]) : nil)
            last = made
            return made
        }
    }

    func answer(_ settings: PublishedManifest.Settings) -> DecoderAnswer {
        let count = DecoderAnswer.count
        func rows(_ tensor: Tensor) -> [[Float]] {
            let width = tensor.count / count
            return tensor.withFloats { values in
                (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
            }
        }
        return DecoderAnswer(
            masks: rows(masks).map { MaskLogits(side: settings.maskSide, values: $0) }, iou: iou.floats,
            pointers: rows(pointers), score: objectScore.withFloats { $0[0] })
    }
}

/// Lends workspaces to trackers: as many exist as trackers were ever at work at once.
final class PublishedWorkspaces: Sendable {
    private let graphs: PublishedGraphs
    private let idle = Mutex<[PublishedWorkspace]>([])

    init(_ graphs: PublishedGraphs) { self.graphs = graphs }

    func take() throws -> PublishedWorkspace {
        try idle.withLock { $0.popLast() } ?? PublishedWorkspace(graphs)
    }

    func giveBack(_ workspace: PublishedWorkspace) { idle.withLock { $0.append(workspace) } }
}

/// What the machine has left.
enum MachineMemory {
    /// Bytes that can be had without swapping; nil where the kernel doesn't say.
    static func availableBytes() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes * 1024
    }
}
