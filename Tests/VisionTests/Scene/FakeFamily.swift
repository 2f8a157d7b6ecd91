import Domain
import Media
import Synchronization
import Vision

/// A network that answers each prompt with its box, and each step with the same box again.
final class FakeFamily: SegmentationFamily {
    struct Failure: Error {}

    let name = "fake"
    let fails: Bool
    /// Calls of start and of step.
    let calls = Mutex((starts: 0, steps: 0))

    init(fails: Bool = false) { self.fails = fails }

    func makeSession() throws -> any SegmentationSession { FakeSession(family: self) }
}

actor FakeSession: SegmentationSession {
    private let family: FakeFamily
    private var box = Region(x: 0, y: 0, width: 0, height: 0)

    init(family: FakeFamily) { self.family = family }

    func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate] {
        family.calls.withLock { $0.starts += 1 }
        if family.fails { throw FakeFamily.Failure() }
        if let box = prompt.box { self.box = box }
        if let click = prompt.positive.first, prompt.box == nil {
            guard frame.size.contains(click) else { throw VisionError.clickOutside(click, frame: frame.size) }
            box = Region(x: Int(click.x) - 5, y: Int(click.y) - 5, width: 10, height: 10)
        }
        return [MaskCandidate(mask: mask(frame.size), predictedIoU: 0.9)]
    }

    func choose(_ candidate: Int) async throws {}

    func step(_ frame: VideoFrame, change: ChangeMap?, hint: Region?) async throws -> MaskObservation {
        family.calls.withLock { $0.steps += 1 }
        return .present(mask(frame.size), quality: 0.8)
    }

    func correct(_ frame: VideoFrame, prompt: Prompt) async throws -> [MaskCandidate] {
        try await start(frame, prompt: prompt, change: nil)
    }

    private func mask(_ size: FrameSize) -> Mask {
        var bitmap = [UInt8](repeating: 0, count: size.area)
        let part = box.clamped(to: size)
        for y in part.y..<max(part.y, part.endY) {
            for x in part.x..<max(part.x, part.endX) { bitmap[y * size.width + x] = 1 }
        }
        return Mask(size: size, bitmap: bitmap)
    }
}
