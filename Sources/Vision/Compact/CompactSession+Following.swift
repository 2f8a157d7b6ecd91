import Domain
import Media

extension CompactSession {
    /// The best answer in one window.
    private struct Sight {
        var mask: Mask
        var window: CropWindow
        var finding: TrackPolicy.Finding
    }

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
            // Only the memory can tell that it is the object, here and anywhere in the picture.
            windows.append(
                PromptWindows.scan(lostFrames: state.policy.lostFrames, extent: state.place.extent, in: frame.size))
        } else if !state.mask.isEmpty {
            prompt.mask = state.mask
        }
        var best: Sight?
        for window in windows {
            try await encode(frame, window: window, workspace: workspace)
            try await graphs.recall(workspace, memory: memory)
            let answers = try await decode(
                frame.size, window: window, prompt: prompt, maskShift: shift, change: change, recalled: true,
                workspace: workspace)
            guard let answer = answers.max(by: { $0.candidate.predictedIoU < $1.candidate.predictedIoU }) else {
                throw VisionError.inferenceFailed(graph: graphs.maskDecoder.name, reason: "no masks")
            }
            let sight = Sight(
                mask: answer.candidate.mask, window: window,
                finding: TrackPolicy.Finding(
                    quality: answer.candidate.predictedIoU, presence: answer.presence, area: answer.candidate.mask.area,
                    windowArea: window.region.clamped(to: frame.size).area))
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
            // After a search the workspace may hold the features of another window.
            if isSure, !wasLost, let slot = slots.slotForRecent() {
                try await remember(best.mask, window: best.window, slot: slot, workspace: workspace)
            }
            return .present(best.mask, quality: best.finding.quality)
        }
    }
}
