import Domain
import Foundation
import Media

@testable import Vision

/// A clip that tools/export/parity.py put through the reference's video predictor: what was asked, and each answer.
struct RecordedClip: Decodable {
    struct Step: Decodable {
        enum Kind: String, Decodable {
            case prompt, track
        }

        var kind: Kind
        /// Which of the clip's objects; each is followed by itself.
        var object: String
        var frame: Int
        var backwards: Bool?
        var points: [[Double]]?
        var labels: [Int]?
        /// Left, top, right, bottom.
        var box: [Int]?
        /// Row, first column and length of the runs of a mask.
        var mask: [[Int]]?
        var chosen: Int
        var iou: Float
        var score: Float
        /// Number of the answer's mask in `parity.bin`.
        var logits: Int
    }

    /// The largest differences between the reference and this program.
    struct Difference {
        var logits: Float = 0
        var iou: Float = 0
        var score: Float = 0
        /// Steps with another choice of the decoder's masks.
        var otherChoices: [String] = []
        /// The differences step by step, to find where they begin.
        var steps: [String] = []
    }

    var frames: Int
    var width: Int
    var height: Int
    var steps: [Step]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recorded")

    static func read(_ folder: URL) throws -> RecordedClip {
        try JSONDecoder().decode(Self.self, from: Data(contentsOf: folder.appending(path: "parity.json")))
    }

    var size: FrameSize { FrameSize(width: width, height: height) }

    /// Frames of the clip, RGB.
    func images(_ folder: URL) throws -> [RGBImage] {
        let bytes = try [UInt8](Data(contentsOf: folder.deletingLastPathComponent().appending(path: "clip.rgb")))
        let length = size.area * 3
        return (0..<frames).map { RGBImage(size: size, pixels: Array(bytes[$0 * length..<($0 + 1) * length])) }
    }

    /// Asks this program the same, step by step.
    func replay(_ folder: URL, with family: PublishedFamily) async throws -> Difference {
        let images = try images(folder), settings = family.graphs.settings
        let expected = try Data(contentsOf: folder.appending(path: "parity.bin"))
        let length = settings.maskSide * settings.maskSide
        var difference = Difference(), tracker = family.makeTracker(), object = ""
        for step in steps {
            if step.object != object {
                tracker = family.makeTracker()
                object = step.object
            }
            let embedding = try await family.embeddings.embedding(of: images[step.frame])
            let found = try await ask(step, tracker, embedding, family.graphs)
            let wanted = expected.withUnsafeBytes { bytes in
                (0..<length).map {
                    bytes.loadUnaligned(fromByteOffset: (step.logits * length + $0) * 4, as: Float.self)
                }
            }
            let worst = zip(wanted, found.logits.values).map { abs($0 - $1) }.max() ?? .infinity
            difference.steps.append(
                "\(step.object) \(step.kind) \(step.frame): logits \(worst), IoU \(step.iou - found.iou), "
                    + "score \(step.score - found.score)")
            difference.logits = max(difference.logits, worst.isNaN ? .infinity : worst)
            difference.iou = max(difference.iou, abs(step.iou - found.iou))
            difference.score = max(difference.score, abs(step.score - found.score))
            if step.chosen != found.chosen {
                difference.otherChoices.append("\(step.object), \(step.kind) in frame \(step.frame)")
            }
        }
        return difference
    }

    private func ask(
        _ step: Step, _ tracker: ObjectTracker, _ embedding: FrameEmbedding, _ graphs: PublishedGraphs
    ) async throws -> ObjectTracker.Finding {
        if step.kind == .track {
            return try await tracker.track(step.frame, embedding, backwards: step.backwards ?? false)
        }
        if let rows = step.mask {
            var bitmap = [UInt8](repeating: 0, count: size.area)
            for row in rows {
                for column in row[1]..<row[1] + row[2] { bitmap[row[0] * width + column] = 1 }
            }
            let mask = GivenMask(
                Mask(size: size, bitmap: bitmap), settings: graphs.settings, constants: graphs.constants)
            return try await tracker.prompt(step.frame, embedding, mask: mask)
        }
        var prompt = Prompt()
        for (point, label) in zip(step.points ?? [], step.labels ?? []) {
            let place = Point(x: point[0], y: point[1])
            if label == 1 { prompt.positive.append(place) } else { prompt.negative.append(place) }
        }
        prompt.box = step.box.map { Region(x: $0[0], y: $0[1], width: $0[2] - $0[0], height: $0[3] - $0[1]) }
        return try await tracker.prompt(
            step.frame, embedding, points: PointPrompt.points(of: prompt, in: size, side: graphs.settings.imageSide))
    }
}
