import Domain
import Media

extension CompactSession {
    /// Finds the object in the next frame.
    func follow(_ frame: VideoFrame, change: ChangeMap?, workspace: CompactWorkspace) async throws -> MaskObservation {
        guard var state = followed else { throw VisionError.notStarted }
        let elapsed = frame.time.seconds(since: state.time)
        if state.mask.size != frame.size {
            // The camera changed its resolution: the place holds, the mask is found anew.
            state.place = state.place.scaled(from: state.mask.size, to: frame.size)
            state.policy = state.policy.rescaled(by: Double(frame.size.area) / Double(max(1, state.mask.size.area)))
            state.mask = Mask(empty: frame.size)
        }
        let seconds = state.place.seconds + max(0, elapsed ?? 0)
        let wasLost = state.policy.isLost
        let expected = wasLost || elapsed == nil ? state.place.centre : state.place.centre(at: seconds)
        let window = CropWindow(
            around: expected, side: state.place.extent * PromptWindows.followFactor * state.policy.windowGrowth,
            in: frame.size)

        var prompt = Prompt()
        if !wasLost, !state.mask.isEmpty { prompt.mask = state.mask }
        let shift = Point(x: expected.x - state.place.centre.x, y: expected.y - state.place.centre.y)
        try await encode(frame, window: window, workspace: workspace)
        try await graphs.recall(workspace, memory: memory)
        let answers = try await decode(
            frame.size, window: window, prompt: prompt, maskShift: shift, change: change, recalled: true,
            workspace: workspace)
        state.time = frame.time
        guard let best = answers.max(by: { $0.candidate.predictedIoU < $1.candidate.predictedIoU }) else {
            throw VisionError.inferenceFailed(graph: graphs.maskDecoder.name, reason: "no masks")
        }

        let mask = best.candidate.mask
        let finding = TrackPolicy.Finding(
            quality: best.candidate.predictedIoU, presence: best.presence, area: mask.area,
            windowArea: window.region.clamped(to: frame.size).area)
        switch state.policy.judge(finding) {
        case .lost:
            state.place.lose()
            followed = state
            return .lost
        case .seen(let isSure):
            state.mask = mask
            state.place.see(mask.boundingRegion, seconds: seconds, isContinuous: !wasLost && elapsed != nil)
            followed = state
            if isSure, let slot = slots.slotForRecent() {
                try await remember(mask, window: window, slot: slot, workspace: workspace)
            }
            return .present(mask, quality: best.candidate.predictedIoU)
        }
    }
}
