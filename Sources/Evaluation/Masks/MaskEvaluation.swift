import Domain
import Foundation
import Media
import Vision

/// Follows the objects of a set in the DAVIS layout from their first frame on, and scores the masks:
/// `JPEGImages/480p/NAME/00000.jpg`, `Annotations/480p/NAME/00000.png`. J and F as in davis2017-evaluation: the first
/// and the last frame are left out, a lost object is an empty mask.
public struct MaskEvaluation: Sendable {
    public enum PromptKind: String, Sendable, CaseIterable {
        /// The point of the first mask that lies farthest from its edge.
        case click
        /// The first mask's bounding box.
        case box
        /// The first mask itself.
        case mask
    }

    private let set: SequenceFolder
    private let prompt: PromptKind
    private let stride: Int

    /// Frames of the set a second, as DAVIS was filmed.
    private static let framesPerSecond = 24.0

    /// - Parameter stride: look at every nth frame only, as a slow machine would.
    /// - Throws: `EvaluationError.badFolder`.
    public init(directory: URL, prompt: PromptKind, stride: Int = 1) throws {
        set = try SequenceFolder(directory)
        self.prompt = prompt
        self.stride = max(1, stride)
    }

    /// - Parameters:
    ///   - progress: called after each sequence.
    ///   - inspect: called with each frame's number, name of the sequence, image, and found and true mask.
    /// - Throws: `EvaluationError`, `MediaError`, `VisionError`, `CancellationError`.
    public func run(
        _ family: any SegmentationFamily, progress: @Sendable (EvaluationProgress) -> Void = { _ in },
        inspect: (@Sendable (String, Int, RGBImage, Mask, Mask) throws -> Void)? = nil
    ) async throws -> MaskFigures {
        var results: [MaskFigures.Sequence] = []
        for name in set.names {
            let result = try await sequence(name, family, inspect: inspect)
            results.append(result)
            progress(
                EvaluationProgress(
                    done: results.count, total: set.names.count, name: name,
                    result: "J&F \(Figure.text(result.jf, decimals: 1))"))
        }
        return MaskFigures(sequences: results)
    }

    /// One object's scores.
    private struct Scores {
        var j: [Double] = []
        var f: [Double] = []
        var cpuSeconds = 0.0
        var missed = 0
        var invented = 0
    }

    private func sequence(
        _ name: String, _ family: any SegmentationFamily,
        inspect: (@Sendable (String, Int, RGBImage, Mask, Mask) throws -> Void)?
    ) async throws -> MaskFigures.Sequence {
        let frames = try set.frames(name).enumerated().filter { $0.offset % stride == 0 }.map(\.element)
        guard frames.count > 2 else {
            throw EvaluationError.badFolder(path: name, needed: "three frames or more at this stride")
        }
        let first = try annotation(frames[0])
        guard !first.objects.isEmpty else { throw EvaluationError.noObject(path: frames[0].annotation) }
        var all: [Scores] = []
        for object in first.objects {
            all.append(try await follow(object, from: first, name: name, frames: frames, family, inspect: inspect))
        }
        let j = 100 * Figure.average(all.map { Figure.average($0.j) })
        let f = 100 * Figure.average(all.map { Figure.average($0.f) })
        let steps = max(1, frames.count - 1)
        return MaskFigures.Sequence(
            name: name, j: j, f: f, jf: (j + f) / 2, frames: steps,
            cpuMsPerFrame: 1000 * all.reduce(0) { $0 + $1.cpuSeconds } / Double(steps * all.count),
            missedFrames: all.reduce(0) { $0 + $1.missed }, inventedFrames: all.reduce(0) { $0 + $1.invented })
    }

    private func follow(
        _ object: UInt8, from first: LabelImage, name: String, frames: [SequenceFolder.Frame],
        _ family: any SegmentationFamily, inspect: (@Sendable (String, Int, RGBImage, Mask, Mask) throws -> Void)?
    ) async throws -> Scores {
        let session = try family.makeSession()
        var scores = Scores()
        for (index, frame) in frames.enumerated() {
            try Task.checkCancellation()
            let image = try ImageFile.read(frame.image)
            let time = MediaTime(seconds: Double(index * stride) / Self.framesPerSecond)
            let shown = try VideoFrame(image: image, time: time)
            let labels = try index == 0 ? first : annotation(frame)
            let truth = labels.mask(of: object)
            guard labels.size == image.size else {
                throw EvaluationError.sizesDiffer(
                    path: frame.annotation, picture: "\(image.size)", annotation: "\(labels.size)")
            }
            let found: Mask
            if index == 0 {
                let answers = try await session.start(shown, prompt: prompt(for: truth), change: nil)
                found = answers.first?.mask ?? Mask(empty: image.size)
                if answers.isEmpty { return Self.nothing(frames.count) }
            } else {
                let before = ProcessorTime.seconds()
                let observation = try await session.step(shown, change: nil)
                scores.cpuSeconds += ProcessorTime.seconds() - before
                found = observation.mask ?? Mask(empty: image.size)
            }
            try inspect?(name, index, image, found, truth)
            // The first and the last frame don't count.
            guard index > 0, index < frames.count - 1 else { continue }
            scores.j.append(RegionSimilarity.j(found, truth))
            scores.f.append(BoundarySimilarity.f(found, truth))
            if found.isEmpty, !truth.isEmpty { scores.missed += 1 }
            if !found.isEmpty, truth.isEmpty { scores.invented += 1 }
        }
        return scores
    }

    /// A prompt that nothing answered: all frames are missed.
    private static func nothing(_ frames: Int) -> Scores {
        let count = max(0, frames - 2)
        let zeros = [Double](repeating: 0, count: count)
        return Scores(j: zeros, f: zeros, missed: count)
    }

    private func annotation(_ frame: SequenceFolder.Frame) throws -> LabelImage {
        try LabelImage.read(frame.annotation)
    }

    private func prompt(for mask: Mask) -> Prompt {
        switch prompt {
        case .mask: return Prompt(mask: mask)
        case .box: return Prompt(box: mask.boundingRegion)
        case .click:
            let bitmap = mask.bitmap()
            let inner = InnerPoint.deepest(size: mask.size) { bitmap[$0] != 0 }
            return .click(inner?.point ?? mask.boundingRegion.center)
        }
    }
}

/// What following objects through a set of videos came to. J, F and their mean in percent.
public struct MaskFigures: Hashable, Sendable, Codable {
    public struct Sequence: Hashable, Sendable, Codable {
        public var name: String
        public var j: Double
        public var f: Double
        public var jf: Double
        /// Frames that were followed; the first, in which the prompt is given, is not one of them.
        public var frames: Int
        /// Processor milliseconds from a decoded frame to the mask, for each followed frame and object.
        public var cpuMsPerFrame: Double
        /// Frames in which the object is there but was reported lost, and those in which it is gone but was reported.
        public var missedFrames: Int?
        public var inventedFrames: Int?

        enum CodingKeys: String, CodingKey {
            case name, frames
            case j = "J"
            case f = "F"
            case jf = "JF"
            case cpuMsPerFrame = "cpu_ms_per_frame"
        }
    }

    public struct Mean: Hashable, Sendable, Codable {
        public var j: Double
        public var f: Double
        public var jf: Double

        enum CodingKeys: String, CodingKey {
            case j = "J"
            case f = "F"
            case jf = "JF"
        }
    }

    public var sequences: [Sequence]
    public var mean: Mean

    init(sequences: [Sequence]) {
        self.sequences = sequences
        mean = Mean(
            j: Figure.average(sequences.map(\.j)), f: Figure.average(sequences.map(\.f)),
            jf: Figure.average(sequences.map(\.jf)))
    }

    /// One line of JSON.
    public func json() throws -> String { try Figure.json(self) }

    /// For people: every sequence, the means with their 95 % intervals, and the worst five.
    public var table: String {
        func row(_ sequence: Sequence) -> [String] {
            [
                sequence.name, Figure.text(sequence.j, decimals: 1), Figure.text(sequence.f, decimals: 1),
                Figure.text(sequence.jf, decimals: 1), String(sequence.frames),
                Figure.text(sequence.cpuMsPerFrame, decimals: 1), sequence.missedFrames.map(String.init) ?? "-",
                sequence.inventedFrames.map(String.init) ?? "-",
            ]
        }
        let header = ["sequence", "J", "F", "J&F", "frames", "CPU ms/frame", "missed", "invented"]
        let worst = sequences.sorted { $0.jf < $1.jf }.prefix(5)
        return """
            \(Figure.table(header: header, rows: sequences.map(row)))

            mean J&F  \(Figure.text(sequences.map(\.jf), decimals: 1))
            mean J    \(Figure.text(sequences.map(\.j), decimals: 1))
            mean F    \(Figure.text(sequences.map(\.f), decimals: 1))
            worst     \(worst.map { "\($0.name) \(Figure.text($0.jf, decimals: 1))" }.joined(separator: ", "))
            """
    }
}
