import Domain
import Media
import Synchronization
import Vision

/// A family that answers a mask with that mask and a click with a square around it, and never moves; for scoring alone.
final class StillFamily: SegmentationFamily {
    let name = "still"
    /// Half the side of the square that a click gives.
    let reach: Int
    private let stored = Mutex<[Prompt]>([])

    init(reach: Int = 8) { self.reach = reach }

    var prompts: [Prompt] { stored.withLock { $0 } }

    func note(_ prompt: Prompt) { stored.withLock { $0.append(prompt) } }

    func makeSession() throws -> any SegmentationSession { StillSession(family: self) }
}

actor StillSession: SegmentationSession {
    private let family: StillFamily
    private var mask: Mask?

    init(family: StillFamily) { self.family = family }

    func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) throws -> [MaskCandidate] {
        try answer(frame, prompt: prompt)
    }

    func choose(_ candidate: Int) {}

    func step(_ frame: VideoFrame, change: ChangeMap?, hint: Region?) throws -> MaskObservation {
        mask.map { .present($0, quality: 1) } ?? .lost
    }

    func correct(_ frame: VideoFrame, prompt: Prompt) throws -> [MaskCandidate] { try answer(frame, prompt: prompt) }

    private func answer(_ frame: VideoFrame, prompt: Prompt) throws -> [MaskCandidate] {
        family.note(prompt)
        let reach = family.reach
        let found =
            prompt.mask
            ?? Shapes.mask(frame.size) { x, y in
                prompt.positive.contains { abs(Int($0.x) - x) < reach && abs(Int($0.y) - y) < reach }
                    || prompt.box?.contains(Point(x: Double(x), y: Double(y))) == true
            }
        mask = found
        return [MaskCandidate(mask: found, predictedIoU: 1)]
    }
}
