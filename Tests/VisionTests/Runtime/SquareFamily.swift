import Domain
import Foundation
import Media
import Vision

/// Takes a square around the click for the object, and does not look.
final class SquareFamily: SegmentationFamily, ConfigurableFamily {
    static let configuredName = "square"
    let name = configuredName

    /// A network would load its graphs from the folder, and run them by the service.
    static func load(from folder: URL, inference: InferenceService) async throws -> any SegmentationFamily {
        SquareFamily()
    }

    func makeSession() throws -> any SegmentationSession { SquareSession() }
}

actor SquareSession: SegmentationSession {
    private var center = Point(x: 0, y: 0)

    func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate] {
        if let click = prompt.positive.first { center = click }
        return [MaskCandidate(mask: square(in: frame.size), predictedIoU: 0.5)]
    }

    func choose(_ candidate: Int) async throws {}

    func step(_ frame: VideoFrame, change: ChangeMap?, hint: Region?) async throws -> MaskObservation {
        .present(square(in: frame.size), quality: 0.5)
    }

    func correct(_ frame: VideoFrame, prompt: Prompt) async throws -> [MaskCandidate] {
        try await start(frame, prompt: prompt, change: nil)
    }

    private func square(in size: FrameSize) -> Mask {
        let near = { (index: Int) -> UInt8 in
            let x = Double(index % size.width), y = Double(index / size.width)
            return max(abs(x - self.center.x), abs(y - self.center.y)) < 8 ? 1 : 0
        }
        return Mask(size: size, bitmap: (0..<size.area).map(near))
    }
}
