import Domain

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
    static func distinct<Item>(
        _ found: [Item], for prompt: Prompt, candidate: (Item) -> MaskCandidate
    ) -> [Item] {
        let ranked = found.filter { !candidate($0).mask.isEmpty }
            .map { (item: $0, score: score(candidate($0), for: prompt)) }
            .sorted { $0.score > $1.score }
        var chosen: [Item] = []
        for (item, _) in ranked where chosen.count < most {
            let mask = candidate(item).mask
            if chosen.allSatisfy({ candidate($0).mask.iou(mask) < sameOverlap }) { chosen.append(item) }
        }
        return chosen
    }
}

/// Refuses prompts that can't mean anything in a picture.
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
