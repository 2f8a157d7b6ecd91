import Domain
import Media

/// A session over an ``ObjectTracker``: numbers the frames by their times, and turns masks of the network's square into
/// masks of the frame.
actor PublishedSession: SegmentationSession {
    /// The frame that was looked at last.
    private struct Current {
        var number: Int
        var frame: VideoFrame
        /// All prompts on it, nil if it was only tracked.
        var prompt: Prompt?
    }

    private let graphs: PublishedGraphs
    private let embeddings: FrameEmbeddings
    private let tracker: ObjectTracker
    private var current: Current?
    /// The decoder's masks behind the candidates that were returned last; nil for a mask that a person gave.
    private var candidates: [Int?] = []
    private var isBusy = false

    init(_ graphs: PublishedGraphs, embeddings: FrameEmbeddings, tracker: ObjectTracker) {
        self.graphs = graphs
        self.embeddings = embeddings
        self.tracker = tracker
    }

    func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate] {
        try PromptCheck.start(prompt, in: frame.size)
        return try await exclusively { session in
            session.current = nil
            session.candidates = []
            await session.tracker.reset()
            let found = try await session.ask(frame, number: 0, prompt: prompt)
            if !found.isEmpty { session.current = Current(number: 0, frame: frame, prompt: prompt) }
            return found
        }
    }

    func choose(_ candidate: Int) async throws {
        guard current != nil else { throw VisionError.notStarted }
        guard !isBusy else { throw VisionError.sessionBusy }
        guard candidates.indices.contains(candidate) else {
            throw VisionError.noSuchCandidate(index: candidate, count: candidates.count)
        }
        if let index = candidates[candidate] { await tracker.choose(index) }
    }

    func step(_ frame: VideoFrame, change: ChangeMap?, hint: Region?) async throws -> MaskObservation {
        try await exclusively { session in
            let finding = try await session.follow(frame)
            let mask = finding.logits.mask(of: frame.size)
            guard finding.isPresent, !mask.isEmpty else { return .lost }
            return .present(mask, quality: Double(finding.iou))
        }
    }

    func correct(_ frame: VideoFrame, prompt: Prompt) async throws -> [MaskCandidate] {
        try PromptCheck.positions(of: prompt, in: frame.size)
        guard !prompt.isEmpty else { throw VisionError.promptEmpty }
        return try await exclusively { session in
            guard let current = session.current else { throw VisionError.notStarted }
            if current.frame !== frame, current.frame.time != frame.time || current.frame.size != frame.size {
                _ = try await session.follow(frame)
            }
            guard let now = session.current else { throw VisionError.notStarted }
            var asked = prompt
            if let earlier = now.prompt {
                asked.positive = earlier.positive + prompt.positive
                asked.negative = earlier.negative + prompt.negative
                asked.box = prompt.box ?? earlier.box
            }
            let found = try await session.ask(frame, number: now.number, prompt: asked)
            session.current?.prompt = asked
            return found
        }
    }

    /// One call at a time.
    private func exclusively<R: Sendable>(
        _ body: (isolated PublishedSession) async throws -> R
    ) async throws -> R {
        guard !isBusy else { throw VisionError.sessionBusy }
        isBusy = true
        defer { isBusy = false }
        return try await body(self)
    }

    /// Finds the object in the next frame, before or after the current one.
    private func follow(_ frame: VideoFrame) async throws -> ObjectTracker.Finding {
        guard let current else { throw VisionError.notStarted }
        let backwards = frame.time.seconds(since: current.frame.time) ?? 0 < 0
        let number = current.number + (backwards ? -1 : 1)
        let finding = try await tracker.track(number, embeddings.embedding(of: frame), backwards: backwards)
        self.current = Current(number: number, frame: frame, prompt: nil)
        candidates = []
        return finding
    }

    /// Puts a prompt to the network.
    private func ask(_ frame: VideoFrame, number: Int, prompt: Prompt) async throws -> [MaskCandidate] {
        let embedding = try await embeddings.embedding(of: frame)
        let given = prompt.mask.map { GivenMask($0, settings: graphs.settings, constants: graphs.constants) }
        let points = PointPrompt.points(of: prompt, in: frame.size, side: graphs.settings.imageSide)
        if let given, let mask = prompt.mask, points.isEmpty {
            _ = try await tracker.prompt(number, embedding, mask: given)
            candidates = [nil]
            return [MaskCandidate(mask: mask, predictedIoU: 1)]
        }
        let finding = try await tracker.prompt(number, embedding, points: points, earlier: given?.logits)
        return distinct(finding, frame: frame.size)
    }

    /// The mask that counts, then what else it could be.
    private func distinct(_ finding: ObjectTracker.Finding, frame: FrameSize) -> [MaskCandidate] {
        candidates = []
        guard finding.isPresent, let answer = finding.answer else { return [] }
        let others = (1..<DecoderAnswer.count).filter { $0 != finding.chosen }.sorted {
            answer.iou[$0] > answer.iou[$1]
        }
        var found: [MaskCandidate] = []
        for index in [finding.chosen] + others where found.count < CandidateRanking.most {
            let mask = answer.masks[index].mask(of: frame)
            guard !mask.isEmpty, found.allSatisfy({ $0.mask.iou(mask) < CandidateRanking.sameOverlap }) else {
                continue
            }
            found.append(MaskCandidate(mask: mask, predictedIoU: Double(answer.iou[index])))
            candidates.append(index)
        }
        return found
    }
}
