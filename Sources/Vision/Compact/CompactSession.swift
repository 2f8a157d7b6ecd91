import Domain
import Media

/// Follows one object with the compact network.
///
/// A click is looked at in windows of several sizes, and the best answer once more in a window of its own size. Each later
/// frame is looked at in one window around the predicted place, with the memory of earlier frames and the previous mask,
/// moved to that place. Whether the answer is believed is `TrackPolicy`'s to say.
actor CompactSession: SegmentationSession {
    /// What is known of the object since it was last prompted.
    struct Followed {
        var mask: Mask
        var place: PlacePredictor
        var policy: TrackPolicy
        /// The last frame looked at.
        var time: MediaTime
    }

    /// A prompted frame; remembered at the next step, when it is certain which candidate was meant.
    struct Prompted {
        var frame: VideoFrame
        var prompt: Prompt
        var isRemembered = false
    }

    let graphs: CompactGraphs
    private let pool: WorkspacePool
    let memory: CompactMemory
    let scaler = FrameScaler()
    var pixels: [UInt8] = []
    var slots: MemorySlots
    var followed: Followed?
    private var prompted: Prompted?
    private var candidates: [MaskCandidate] = []
    private var isBusy = false

    init(graphs: CompactGraphs, pool: WorkspacePool) throws {
        self.graphs = graphs
        self.pool = pool
        memory = try CompactMemory(graphs)
        slots = MemorySlots(count: graphs.manifest.memorySlots)
    }

    func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate] {
        try PromptCheck.start(prompt, in: frame.size)
        return try await exclusively { session, workspace in
            var found = try await session.answers(frame, prompt: prompt, change: change, workspace: workspace)
            if let mask = prompt.mask, prompt.positive.isEmpty, prompt.negative.isEmpty {
                // Who gives a mask and nothing else means that mask; the network's answers are what else it could be.
                let others = found.filter { $0.mask.iou(mask) < CandidateRanking.sameOverlap }
                let quality = found.first { $0.mask.iou(mask) >= CandidateRanking.sameOverlap }?.predictedIoU
                found =
                    [MaskCandidate(mask: mask, predictedIoU: quality ?? 1)] + others.prefix(CandidateRanking.most - 1)
            }
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

    func step(_ frame: VideoFrame, change: ChangeMap?) async throws -> MaskObservation {
        try await exclusively { session, workspace in
            try await session.rememberPrompted(workspace)
            return try await session.follow(frame, change: change, workspace: workspace)
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
}
