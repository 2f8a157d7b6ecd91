import Domain

/// Follows one object as the reference's video predictor does (`sam2_video_predictor.py`, `sam2_base.py`), frame by
/// frame instead of over a finished video.
///
/// A prompted frame is remembered when the next one is tracked: until then further clicks and another choice may change
/// its mask.
actor ObjectTracker {
    /// What was found in a frame.
    struct Finding: Sendable {
        /// The decoder's own words; nil for a mask that a person gave.
        var answer: DecoderAnswer?
        /// Which of the decoder's masks counts; 0 is the single one.
        var chosen: Int
        /// The mask that counts; `MaskLogits.absent` everywhere where the object isn't.
        var logits: MaskLogits
        /// Predicted IoU of the mask that counts, 0 to 1.
        var iou: Float
        /// The object is in the frame if this is above 0.
        var score: Float
        /// As it will be remembered.
        var pointer: [Float]
        var motion: Float?

        var isPresent: Bool { score > 0 }
    }

    /// A prompted frame that isn't remembered yet.
    private struct Pending {
        var number: Int
        var embedding: FrameEmbedding
        var finding: Finding
        /// A frame that was tracked before it was corrected.
        var isCorrection: Bool
    }

    private let graphs: PublishedGraphs
    private let workspaces: PublishedWorkspaces
    private var memories: FrameMemories
    private var motion: MotionModel?
    private var pending: Pending?
    /// The frame that was tracked last, and in which direction: it can be corrected.
    private var last: (number: Int, backwards: Bool, logits: MaskLogits)?
    private let choice: FrameMemories.Choice

    init(_ graphs: PublishedGraphs, workspaces: PublishedWorkspaces, choice: FrameMemories.Choice = .recent) {
        self.graphs = graphs
        self.workspaces = workspaces
        self.choice = choice
        memories = FrameMemories(graphs.settings, choice: choice)
        motion = choice == .motionAware ? MotionModel() : nil
    }

    /// Frames of which something is kept, for tests.
    var rememberedFrames: [Int] { memories.numbers }
    var memoryCount: Int { memories.memoryCount }

    func reset() {
        memories.removeAll()
        motion = choice == .motionAware ? MotionModel() : nil
        pending = nil
        last = nil
    }

    // MARK: Prompts

    /// Asks for the object at the points.
    /// - Parameters:
    ///   - points: all of this frame's, earlier ones too.
    ///   - earlier: a rough mask that goes with them; nil: this frame's own, if it was looked at before.
    func prompt(
        _ number: Int, _ embedding: FrameEmbedding, points: [PointPrompt], earlier: MaskLogits? = nil
    ) async throws -> Finding {
        let workspace = try workspaces.take()
        defer { workspaces.giveBack(workspace) }
        let known = earlier ?? logits(of: number)
        let isCorrection = last?.number == number && !memories.isEmpty
        if isCorrection {
            try await condition(number, embedding, backwards: last?.backwards ?? false, workspace)
        } else {
            graphs.conditionWithoutMemory(embedding, workspace)
        }
        let answer = try await graphs.decode(embedding, points: points, mask: known?.asPrompt, workspace)
        let finding = judge(answer, points: points.count)
        pending = Pending(number: number, embedding: embedding, finding: finding, isCorrection: isCorrection)
        return finding
    }

    /// Takes a mask for the object.
    func prompt(_ number: Int, _ embedding: FrameEmbedding, mask: GivenMask) async throws -> Finding {
        let workspace = try workspaces.take()
        defer { workspaces.giveBack(workspace) }
        let isCorrection = last?.number == number && !memories.isEmpty
        // Only for its pointer.
        let answer = try await graphs.decode(
            embedding, features16: embedding.features16, points: [], mask: mask.decoderInput, workspace)
        var pointer = self.pointer(answer, 0)
        if mask.isEmpty { pointer = graphs.constants.noObjectPointer }
        let finding = Finding(
            answer: nil, chosen: 0, logits: mask.logits, iou: 1,
            score: mask.isEmpty ? -MaskLogits.given : MaskLogits.given, pointer: pointer, motion: nil)
        pending = Pending(number: number, embedding: embedding, finding: finding, isCorrection: isCorrection)
        return finding
    }

    /// Takes another of the decoder's masks in the frame that was prompted last.
    func choose(_ index: Int) {
        guard let answer = pending?.finding.answer else { return }
        pending?.finding.chosen = index
        pending?.finding.logits = answer.masks[index]
        pending?.finding.iou = answer.iou[index]
        pending?.finding.pointer = pointer(answer, index)
    }

    private func logits(of number: Int) -> MaskLogits? {
        if let pending, pending.number == number { return pending.finding.logits }
        if let last, last.number == number { return last.logits }
        return nil
    }

    // MARK: Tracking

    /// Finds the object in a frame next to one that is remembered.
    func track(_ number: Int, _ embedding: FrameEmbedding, backwards: Bool) async throws -> Finding {
        let workspace = try workspaces.take()
        defer { workspaces.giveBack(workspace) }
        try await commit(workspace)
        try await condition(number, embedding, backwards: backwards, workspace)
        let answer = try await graphs.decode(embedding, points: [], mask: nil, workspace)
        let finding = judge(answer, points: 0)
        let memory = try await graphs.remember(
            embedding, mask: finding.logits, isPrompted: false, score: finding.score, workspace)
        memories.rememberTracked(frame(finding, memory), number: number)
        last = (number, backwards, finding.logits)
        return finding
    }

    /// Remembers the prompted frame.
    private func commit(_ workspace: PublishedWorkspace) async throws {
        guard let pending else { return }
        let finding = pending.finding
        let memory = try await graphs.remember(
            pending.embedding, mask: finding.logits, isPrompted: true, score: finding.score, workspace)
        if pending.isCorrection {
            memories.rememberTracked(frame(finding, memory), number: pending.number)
        } else {
            memories.rememberPrompted(frame(finding, memory), number: pending.number)
        }
        self.pending = nil
    }

    private func frame(_ finding: Finding, _ memory: [UInt16]) -> FrameMemories.Frame {
        FrameMemories.Frame(
            memory: memory, pointer: finding.pointer, score: finding.score, iou: finding.iou, motion: finding.motion)
    }

    private func condition(
        _ number: Int, _ embedding: FrameEmbedding, backwards: Bool, _ workspace: PublishedWorkspace
    ) async throws {
        let recalled = memories.recall(at: number, backwards: backwards)
        guard !recalled.memories.isEmpty else { throw VisionError.notStarted }
        try await graphs.condition(embedding, memories: recalled.memories, pointers: recalled.pointers, workspace)
    }

    // MARK: Judging the decoder's answer

    /// Which mask counts, and what is remembered of it.
    private func judge(_ answer: DecoderAnswer, points: Int) -> Finding {
        let settings = graphs.settings
        var chosen = answer.bestOfThree, token = 0, fit: Float?
        if settings.isAmbiguous(points: points) {
            if motion != nil,
                let choice = motion?.choose(
                    (1..<DecoderAnswer.count).map { index in
                        (answer.iou[index], answer.score > 0 ? answer.masks[index].bounds : nil)
                    })
            {
                chosen = choice.index + 1
                fit = choice.motion
            }
            token = chosen
        } else if answer.masks[0].stability(delta: settings.stabilityDelta) >= settings.stabilityThreshold {
            chosen = 0
        }
        // The pointer is the single mask's also where another one is shown because that is not stable.
        return Finding(
            answer: answer, chosen: chosen,
            logits: answer.score > 0 ? answer.masks[chosen] : MaskLogits(absent: settings.maskSide),
            iou: answer.iou[chosen], score: answer.score, pointer: pointer(answer, token), motion: fit)
    }

    private func pointer(_ answer: DecoderAnswer, _ index: Int) -> [Float] {
        answer.score > 0 ? answer.pointers[index] : graphs.constants.noObjectPointer
    }
}
