import Domain

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
