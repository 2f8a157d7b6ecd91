import Domain
import Media

/// Follows one object with the compact network.
///
/// A click is looked at in windows of several sizes, and the best answer once more in a window of its own size. Each
/// later frame is looked at in one window around the predicted place, with the memory of earlier frames and the
/// previous mask, moved to that place. Whether the answer is believed is `TrackPolicy`'s to say.
actor CompactSession: SegmentationSession {
    /// What is known of the object since it was last prompted.
    private struct Followed {
        var mask: Mask
        var place: PlacePredictor
        var policy: TrackPolicy
        /// The last frame looked at.
        var time: MediaTime
    }

    /// A prompted frame; remembered at the next step, when it is certain which candidate was meant.
    private struct Prompted {
        var frame: VideoFrame
        var prompt: Prompt
        var isRemembered = false
    }

    private let graphs: CompactGraphs
    private let pool: WorkspacePool
    private let memory: CompactMemory
    private let scaler = FrameScaler()
    private var slots: MemorySlots
    private var followed: Followed?
    private var prompted: Prompted?
    private var candidates: [MaskCandidate] = []
    private var isBusy = false
    /// Masks that were made of the network's logits since the start.
    private(set) var masksMade = 0

    init(graphs: CompactGraphs, pool: WorkspacePool) throws {
        self.graphs = graphs
        self.pool = pool
        memory = try CompactMemory(graphs)
        slots = MemorySlots(count: graphs.manifest.memorySlots)
    }

    func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate] {
        try PromptCheck.start(prompt, in: frame.size)
        return try await exclusively { session, workspace in
            let found = try await session.answers(frame, prompt: prompt, change: change, workspace: workspace)
            session.begin(frame, prompt: prompt, found: found)
            return found
        }
    }

    func choose(_ candidate: Int) throws {
        guard var followed, var prompted else { throw VisionError.notStarted }
        guard !isBusy else { throw VisionError.sessionBusy }
        guard candidates.indices.contains(candidate) else {
            throw VisionError.noSuchCandidate(index: candidate, count: candidates.count)
        }
        let chosen = candidates[candidate].mask
        followed.mask = chosen
        followed.place = Self.place(of: chosen, seconds: followed.place.seconds)
        followed.policy = TrackPolicy(area: chosen.area)
        prompted.isRemembered = false
        self.followed = followed
        self.prompted = prompted
    }

    func step(_ frame: VideoFrame, change: ChangeMap?, hint: Region?) async throws -> MaskObservation {
        try await exclusively { session, workspace in
            try await session.rememberPrompted(workspace)
            return try await session.follow(frame, change: change, hint: hint, workspace: workspace)
        }
    }

    func correct(_ frame: VideoFrame, prompt: Prompt) async throws -> [MaskCandidate] {
        try PromptCheck.positions(of: prompt, in: frame.size)
        guard !prompt.isEmpty else { throw VisionError.promptEmpty }
        return try await exclusively { session, workspace in
            try await session.correct(frame, prompt: prompt, workspace: workspace)
        }
    }

    private func correct(
        _ frame: VideoFrame, prompt: Prompt, workspace: CompactWorkspace
    ) async throws -> [MaskCandidate] {
        guard let before = followed, let last = prompted else { throw VisionError.notStarted }
        var asked = prompt
        if last.frame === frame || (last.frame.time == frame.time && last.frame.size == frame.size) {
            asked.positive = last.prompt.positive + prompt.positive
            asked.negative = last.prompt.negative + prompt.negative
            asked.box = prompt.box ?? last.prompt.box
        } else {
            try await rememberPrompted(workspace)
            if before.time != frame.time { _ = try await follow(frame, change: nil, workspace: workspace) }
        }
        let known = followed.flatMap { $0.policy.isLost || $0.mask.size != frame.size ? nil : $0.mask }
        guard known != nil || !asked.positive.isEmpty || asked.box != nil || asked.mask != nil else {
            throw VisionError.promptEmpty
        }
        var found = try await answers(frame, prompt: asked, known: known, workspace: workspace)
        if found.isEmpty, let known { found = [MaskCandidate(mask: known, predictedIoU: 0)] }
        if !found.isEmpty {
            candidates = found
            followed = Self.followed(found[0].mask, frame: frame)
            prompted = Prompted(frame: frame, prompt: asked)
        }
        return found
    }

    private func begin(_ frame: VideoFrame, prompt: Prompt, found: [MaskCandidate]) {
        memory.clear()
        slots = MemorySlots(count: graphs.manifest.memorySlots)
        candidates = found
        followed = found.first.map { Self.followed($0.mask, frame: frame) }
        prompted = found.isEmpty ? nil : Prompted(frame: frame, prompt: prompt)
    }

    private func rememberPrompted(_ workspace: CompactWorkspace) async throws {
        guard let prompted, let followed else { throw VisionError.notStarted }
        guard !prompted.isRemembered else { return }
        let window = CropWindow(
            around: followed.place.centre, side: followed.place.extent * PromptWindows.followFactor,
            in: prompted.frame.size)
        try await encode(prompted.frame, window: window, workspace: workspace)
        try await remember(followed.mask, window: window, slot: slots.slotForPrompted(), workspace: workspace)
        self.prompted?.isRemembered = true
    }

    /// One call at a time, with a workspace that goes back also after an error.
    private func exclusively<R: Sendable>(
        _ body: (isolated CompactSession, CompactWorkspace) async throws -> R
    ) async throws -> R {
        guard !isBusy else { throw VisionError.sessionBusy }
        isBusy = true
        defer { isBusy = false }
        let workspace = try pool.take()
        defer { pool.giveBack(workspace) }
        return try await body(self, workspace)
    }

    private static func followed(_ mask: Mask, frame: VideoFrame) -> Followed {
        Followed(
            mask: mask, place: place(of: mask, seconds: 0), policy: TrackPolicy(area: mask.area), time: frame.time)
    }

    private static func place(of mask: Mask, seconds: Double) -> PlacePredictor {
        let bounds = mask.boundingRegion
        return PlacePredictor(
            centre: bounds.center, extent: Double(max(bounds.width, bounds.height)), seconds: seconds)
    }

    // MARK: Looking at one frame

    /// Answers to a prompt, best first.
    /// - Parameter known: the object's mask in this frame, as far as it is known before this prompt.
    private func answers(
        _ frame: VideoFrame, prompt: Prompt, known: Mask? = nil, change: ChangeMap? = nil, workspace: CompactWorkspace
    ) async throws -> [MaskCandidate] {
        var found: [MaskCandidate] = []
        if let known, prompt.mask == nil {
            let window = PromptWindows.look(
                at: [known.boundingRegion, prompt.box ?? known.boundingRegion],
                clicks: prompt.positive + prompt.negative, in: frame.size)
            try await encode(frame, window: window, workspace: workspace)
            // With the known mask and without: the clicks may say that it is wrong.
            for mask in [known, nil] {
                var asked = prompt
                asked.mask = mask
                if asked.positive.isEmpty, asked.box == nil, mask == nil { continue }
                found += try await candidates(
                    frame.size, window: window, prompt: asked, change: change, workspace: workspace)
            }
            return CandidateRanking.distinct(found, for: prompt)
        }
        for window in PromptWindows.windows(for: prompt, in: frame.size) {
            try await encode(frame, window: window, workspace: workspace)
            found += try await candidates(
                frame.size, window: window, prompt: prompt, change: change, workspace: workspace)
        }
        if let mask = prompt.mask, prompt.positive.isEmpty, prompt.negative.isEmpty {
            // Who gives a mask and nothing else means that mask; the network's answers are what else it could be.
            let others = found.filter { $0.mask.iou(mask) < CandidateRanking.sameOverlap }
            let quality = found.first { $0.mask.iou(mask) >= CandidateRanking.sameOverlap }?.predictedIoU
            let ranked = CandidateRanking.distinct(others, for: prompt)
            return [MaskCandidate(mask: mask, predictedIoU: quality ?? 1)] + ranked.prefix(CandidateRanking.most - 1)
        }
        var chosen = CandidateRanking.distinct(found, for: prompt)
        if let best = chosen.first, prompt.mask == nil {
            chosen[0] = try await refined(best, frame, prompt: prompt, change: change, workspace: workspace)
        }
        return chosen
    }

    /// Looks again in a window of the mask's own size, with the mask as a prompt; keeps the first when the second is
    /// another thing or worse.
    private func refined(
        _ first: MaskCandidate, _ frame: VideoFrame, prompt: Prompt, change: ChangeMap?, workspace: CompactWorkspace
    ) async throws -> MaskCandidate {
        let window = PromptWindows.look(at: [first.mask.boundingRegion], clicks: prompt.positive, in: frame.size)
        var asked = prompt
        asked.mask = first.mask
        try await encode(frame, window: window, workspace: workspace)
        let again = try await candidates(
            frame.size, window: window, prompt: asked, change: change, workspace: workspace)
        guard let best = CandidateRanking.distinct(again, for: prompt).first,
            best.mask.iou(first.mask) > 0.5,
            CandidateRanking.score(best, for: prompt) > CandidateRanking.score(first, for: prompt) - 0.1
        else { return first }
        return best
    }

    /// The window of the frame → features in the workspace.
    private func encode(_ frame: VideoFrame, window: CropWindow, workspace: CompactWorkspace) async throws {
        let side = graphs.manifest.cropSide
        workspace.image.withBytes {
            scaler.rgb(frame, crop: window.region, width: side, height: side, outside: .grey, into: $0)
        }
        try await graphs.encode(workspace)
    }

    /// Features in the workspace and a prompt → the decoder's answers, in the workspace.
    /// - Parameter recalled: with the memory of the object.
    private func decode(
        window: CropWindow, prompt: Prompt, maskShift: Point = Point(x: 0, y: 0), change: ChangeMap?,
        recalled: Bool = false, workspace: CompactWorkspace
    ) async throws {
        workspace.prompts.withFloats {
            PromptMaps(window: window, size: graphs.manifest.promptSide)
                .draw(prompt, maskShift: maskShift, change: change, into: $0)
        }
        try await graphs.decode(workspace, recalled: recalled)
    }

    /// All of the decoder's answers to a prompt.
    private func candidates(
        _ frame: FrameSize, window: CropWindow, prompt: Prompt, change: ChangeMap?, workspace: CompactWorkspace
    ) async throws -> [MaskCandidate] {
        try await decode(window: window, prompt: prompt, change: change, workspace: workspace)
        return (0..<graphs.maskCount).map { candidate($0, frame, window: window, workspace: workspace) }
    }

    /// One of the decoder's answers as a mask of the frame.
    private func candidate(
        _ index: Int, _ frame: FrameSize, window: CropWindow, workspace: CompactWorkspace
    ) -> MaskCandidate {
        masksMade += 1
        let side = graphs.manifest.promptSide
        let mask = workspace.masks.withFloats { logits in
            MaskRaster.mask(
                logits: UnsafeBufferPointer(rebasing: logits[index * side * side..<(index + 1) * side * side]),
                size: side, window: window.region, frame: frame)
        }
        return MaskCandidate(mask: mask, predictedIoU: workspace.quality.withFloats { Double($0[index]) })
    }

    /// Which of the decoder's answers it thinks best of.
    private func bestAnswer(_ workspace: CompactWorkspace) -> Int? {
        workspace.quality.withFloats { quality in
            (0..<graphs.maskCount).max { quality[$0] < quality[$1] }
        }
    }

    /// Remembers the frame whose features are in the workspace.
    private func remember(_ mask: Mask, window: CropWindow, slot: Int, workspace: CompactWorkspace) async throws {
        workspace.memoryMask.withFloats {
            MaskCoverage.draw(mask, window: window, size: graphs.memoryMaskSide, into: $0)
        }
        try await graphs.remember(workspace)
        memory.store(workspace.memory, slot: slot)
    }

    // MARK: Following

    /// The best answer in one window.
    private struct Sight {
        var mask: Mask
        var window: CropWindow
        var finding: TrackPolicy.Finding
    }

    /// Finds the object in the next frame.
    private func follow(
        _ frame: VideoFrame, change: ChangeMap?, hint: Region? = nil, workspace: CompactWorkspace
    ) async throws -> MaskObservation {
        guard var state = followed else { throw VisionError.notStarted }
        let elapsed = frame.time.seconds(since: state.time)
        if state.mask.size != frame.size {
            // The camera changed its resolution: the place holds, the mask is found anew.
            state.place = state.place.scaled(from: state.mask.size, to: frame.size)
            state.policy = state.policy.rescaled(by: Double(frame.size.area) / Double(max(1, state.mask.size.area)))
            state.mask = Mask(empty: frame.size)
        }
        // Backwards in time the way goes on as it does forwards.
        let seconds = state.place.seconds + abs(elapsed ?? 0)
        let wasLost = state.policy.isLost
        let expected = elapsed == nil ? state.place.centre : state.place.centre(at: seconds)
        let shift = Point(x: expected.x - state.place.centre.x, y: expected.y - state.place.centre.y)
        let isSteady = state.place.steadyFrames >= PromptWindows.firstFrames
        let factor = isSteady ? PromptWindows.followFactor : PromptWindows.firstFactor
        let allowance = wasLost ? 0 : PromptWindows.speedAllowance * shift.distance(to: Point(x: 0, y: 0))
        var windows = [
            CropWindow(
                around: expected, side: state.place.extent * factor * state.policy.windowGrowth + allowance,
                in: frame.size)
        ]
        var prompt = Prompt()
        if wasLost {
            // Only the memory can tell that it is the object, here and anywhere in the frame.
            windows.append(
                PromptWindows.scan(lostFrames: state.policy.lostFrames, extent: state.place.extent, in: frame.size))
        } else if !state.mask.isEmpty {
            prompt.mask = state.mask
        }
        if let hint, !hint.clamped(to: frame.size).isEmpty,
            hint.center.distance(to: expected) > PromptWindows.hintDistance * state.place.extent
        {
            windows.append(
                CropWindow(around: hint.center, side: state.place.extent * PromptWindows.firstFactor, in: frame.size))
        }
        var best: Sight?
        for window in windows {
            try await encode(frame, window: window, workspace: workspace)
            try await graphs.recall(workspace, memory: memory)
            try await decode(
                window: window, prompt: prompt, maskShift: shift, change: change, recalled: true, workspace: workspace)
            // One answer is followed: the others need not become masks.
            guard let index = bestAnswer(workspace) else {
                throw VisionError.inferenceFailed(graph: graphs.maskDecoder.name, reason: "no masks")
            }
            let answer = candidate(index, frame.size, window: window, workspace: workspace)
            let sight = Sight(
                mask: answer.mask, window: window,
                finding: TrackPolicy.Finding(
                    quality: answer.predictedIoU, presence: workspace.presence.withFloats { Double($0[0]) },
                    area: answer.mask.area, windowArea: window.region.clamped(to: frame.size).area))
            if best.map({ sight.finding.score > $0.finding.score }) ?? true { best = sight }
        }
        guard let best else { throw VisionError.notStarted }
        state.time = frame.time
        switch state.policy.judge(best.finding) {
        case .lost:
            state.place.lose(at: seconds)
            followed = state
            return .lost
        case .seen(let isSure):
            state.mask = best.mask
            state.place.see(best.mask.boundingRegion, seconds: seconds, isContinuous: !wasLost && elapsed != nil)
            followed = state
            // After several windows the workspace may hold the features of another one.
            if isSure, windows.count == 1, let slot = slots.slotForRecent() {
                try await remember(best.mask, window: best.window, slot: slot, workspace: workspace)
            }
            return .present(best.mask, quality: best.finding.quality)
        }
    }
}

/// Orders the answers to a prompt and leaves out those that say the same.
enum CandidateRanking {
    /// Two candidates with a larger overlap are one answer.
    static let sameOverlap = 0.8
    static let most = 3

    /// What the network's own estimate loses when the mask misses all of the prompt's clicks.
    static let missedClicks = 0.5

    /// The estimate, lowered by the part of the clicks on whose wrong side the mask lies.
    static func score(_ candidate: MaskCandidate, for prompt: Prompt) -> Double {
        let clicks = prompt.positive.count + prompt.negative.count
        guard clicks > 0 else { return candidate.predictedIoU }
        let missed =
            prompt.positive.count { !candidate.mask.contains($0) }
            + prompt.negative.count { candidate.mask.contains($0) }
        return candidate.predictedIoU - missedClicks * Double(missed) / Double(clicks)
    }

    /// Up to three candidates that differ, best first; empty masks are no answer.
    static func distinct(_ found: [MaskCandidate], for prompt: Prompt) -> [MaskCandidate] {
        let ranked = found.filter { !$0.mask.isEmpty }
            .map { (candidate: $0, score: score($0, for: prompt)) }
            .sorted { $0.score > $1.score }
        var chosen: [MaskCandidate] = []
        for (candidate, _) in ranked where chosen.count < most {
            if chosen.allSatisfy({ $0.mask.iou(candidate.mask) < sameOverlap }) { chosen.append(candidate) }
        }
        return chosen
    }
}

/// Refuses prompts that can't mean anything in a frame.
enum PromptCheck {
    /// - Throws: `VisionError.clickOutside`, `boxOutside` or `promptMaskSize`.
    static func positions(of prompt: Prompt, in frame: FrameSize) throws {
        for click in prompt.positive + prompt.negative where !frame.contains(click) {
            throw VisionError.clickOutside(click, frame: frame)
        }
        if let box = prompt.box, box.clamped(to: frame).isEmpty { throw VisionError.boxOutside(box, frame: frame) }
        if let mask = prompt.mask, mask.size != frame {
            throw VisionError.promptMaskSize(found: mask.size, frame: frame)
        }
    }

    /// - Throws: also `VisionError.promptEmpty` when the prompt names no object.
    static func start(_ prompt: Prompt, in frame: FrameSize) throws {
        try positions(of: prompt, in: frame)
        guard !prompt.positive.isEmpty || prompt.box != nil || prompt.mask.map({ !$0.isEmpty }) == true else {
            throw VisionError.promptEmpty
        }
    }
}
