import Domain
import Media

extension CompactSession {
    /// A mask with what the network says about it.
    struct Answer {
        var candidate: MaskCandidate
        /// Probability that the object is in the window.
        var presence: Double
    }

    /// Answers to a prompt, best first.
    /// - Parameter known: the object's mask in this frame, as far as it is known before this prompt.
    func answers(
        _ frame: VideoFrame, prompt: Prompt, known: Mask? = nil, change: ChangeMap? = nil, workspace: CompactWorkspace
    ) async throws -> [MaskCandidate] {
        var found: [Answer] = []
        if let known, prompt.mask == nil {
            let window = PromptWindows.look(
                at: [known.boundingRegion, prompt.box ?? known.boundingRegion],
                clicks: prompt.positive + prompt.negative,
                in: frame.size)
            try await encode(frame, window: window, workspace: workspace)
            // With the known mask and without: the clicks may say that it is wrong.
            for mask in [known, nil] {
                var asked = prompt
                asked.mask = mask
                if asked.positive.isEmpty, asked.box == nil, mask == nil { continue }
                found += try await decode(
                    frame.size, window: window, prompt: asked, change: change, workspace: workspace)
            }
            return CandidateRanking.distinct(found, for: prompt, candidate: \.candidate).map(\.candidate)
        }
        for window in PromptWindows.windows(for: prompt, in: frame.size) {
            try await encode(frame, window: window, workspace: workspace)
            found += try await decode(frame.size, window: window, prompt: prompt, change: change, workspace: workspace)
        }
        var chosen = CandidateRanking.distinct(found, for: prompt, candidate: \.candidate).map(\.candidate)
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
        let again = try await decode(frame.size, window: window, prompt: asked, change: change, workspace: workspace)
        guard let best = CandidateRanking.distinct(again, for: prompt, candidate: \.candidate).first?.candidate,
            best.mask.iou(first.mask) > 0.5,
            CandidateRanking.score(best, for: prompt) > CandidateRanking.score(first, for: prompt) - 0.1
        else { return first }
        return best
    }

    /// The window of the frame → features in the workspace.
    func encode(_ frame: VideoFrame, window: CropWindow, workspace: CompactWorkspace) async throws {
        let side = graphs.manifest.cropSide
        scaler.rgb(frame, crop: window.region, width: side, height: side, outside: .grey, into: &pixels)
        workspace.image.withBytes { bytes in
            pixels.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = bytes.baseAddress else { return }
                to.update(from: from, count: min(source.count, bytes.count))
            }
        }
        try await graphs.encode(workspace)
    }

    /// Features in the workspace and a prompt → the decoder's masks.
    /// - Parameter recalled: with the memory of the object.
    func decode(
        _ frame: FrameSize, window: CropWindow, prompt: Prompt, maskShift: Point = Point(x: 0, y: 0),
        change: ChangeMap?,
        recalled: Bool = false, workspace: CompactWorkspace
    ) async throws -> [Answer] {
        let side = graphs.manifest.promptSide
        workspace.prompts.withFloats {
            PromptMaps(window: window, size: side).draw(prompt, maskShift: maskShift, change: change, into: $0)
        }
        try await graphs.decode(workspace, recalled: recalled)
        let presence = workspace.presence.withFloats { Double($0[0]) }
        return (0..<graphs.maskCount).map { index in
            let mask = workspace.masks.withFloats { logits in
                MaskRaster.mask(
                    logits: UnsafeBufferPointer(rebasing: logits[index * side * side..<(index + 1) * side * side]),
                    size: side, window: window, frame: frame)
            }
            let quality = workspace.quality.withFloats { Double($0[index]) }
            return Answer(candidate: MaskCandidate(mask: mask, predictedIoU: quality), presence: presence)
        }
    }

    /// Remembers the frame whose features are in the workspace.
    func remember(_ mask: Mask, window: CropWindow, slot: Int, workspace: CompactWorkspace) async throws {
        workspace.memoryMask.withFloats {
            MaskCoverage.draw(mask, window: window, size: graphs.memoryMaskSide, into: $0)
        }
        try await graphs.remember(workspace)
        memory.store(workspace.memory, slot: slot)
    }
}
