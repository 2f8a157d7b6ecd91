import Domain
import Foundation
import Media
import TestSupport

@testable import Vision

/// Pictures made by the tests, and the bundled network.
enum Synthetic {
    static let size = FrameSize(width: 320, height: 240)
    static let squareSide = 56

    /// The bundled models' folder in the checkout.
    static var models: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "models/compact")
    }

    /// Loaded once for all tests.
    private static let loading = Task {
        try await CompactFamily(directory: models, inference: InferenceService())
    }

    static func family() async throws -> CompactFamily { try await loading.value }

    /// A grey, mildly textured floor; on it, unless nil, an orange square with darker stripes, its corner at `square`.
    static func frame(square: (x: Int, y: Int)?, seconds: Double, size: FrameSize = size) throws -> VideoFrame {
        var generator = SeededGenerator(seed: UInt64(seconds * 1000) + 1)
        var pixels = [UInt8](repeating: 0, count: size.area * 3)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let floor =
                    105 + x / 16 + Int(sin(Double(x + 2 * y) / 19) * 6) + Int.random(in: -3...3, using: &generator)
                var colour = (floor, floor + 2, floor - 4)
                if let square, (square.x..<square.x + squareSide).contains(x),
                    (square.y..<square.y + squareSide).contains(y)
                {
                    let stripe = (y - square.y) / 7 % 3 == 2 ? 40 : 0
                    colour = (235 - stripe, 140 - stripe, 30)
                }
                let index = (y * size.width + x) * 3
                pixels[index] = UInt8(colour.0)
                pixels[index + 1] = UInt8(colour.1)
                pixels[index + 2] = UInt8(colour.2)
            }
        }
        return try VideoFrame(image: RGBImage(size: size, pixels: pixels), time: MediaTime(seconds: seconds))
    }

    static func squareMask(at square: (x: Int, y: Int), size: FrameSize = size) -> Mask {
        let region = Region(x: square.x, y: square.y, width: squareSide, height: squareSide)
        return Mask(
            size: size,
            bitmap: (0..<size.area).map {
                region.contains(Point(x: Double($0 % size.width), y: Double($0 / size.width))) ? 1 : 0
            })
    }
}
