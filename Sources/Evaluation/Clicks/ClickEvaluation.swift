import Domain
import Foundation
import Media
import Vision

/// Clicks the objects of a folder with `images/NAME.*` and `masks/NAME.png` (a pixel > 0 is an object; several values
/// are several objects). The first click is the point farthest from the object's edge; the mask that counts is the one
/// the program ranks first, never the best by truth.
public struct ClickEvaluation: Sendable {
    private struct Item: Sendable {
        var name: String
        var picture: String
        var annotation: String
    }

    /// Clicks after which a mask that still isn't good enough counts as never.
    public static let mostClicks = 20

    private let items: [Item]
    private let countsClicks: Bool

    /// - Parameter countsClicks: measure NoC too, which takes up to 20 times as long.
    /// - Throws: `EvaluationError.badFolder`.
    public init(directory: URL, countsClicks: Bool = true) throws {
        let images = directory.appending(path: "images"), masks = directory.appending(path: "masks")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: images.path)) ?? []
        items = files.filter { !$0.hasPrefix(".") }.sorted().compactMap { file in
            let name = (file as NSString).deletingPathExtension
            let annotation = masks.appending(path: name + ".png").path
            guard FileManager.default.fileExists(atPath: annotation) else { return nil }
            return Item(name: name, picture: images.appending(path: file).path, annotation: annotation)
        }
        guard !items.isEmpty else {
            throw EvaluationError.badFolder(path: directory.path, needed: "images/NAME.jpg and masks/NAME.png")
        }
        self.countsClicks = countsClicks
    }

    /// - Parameters:
    ///   - progress: called after each picture.
    ///   - inspect: called with each object's picture and name, the click, and the found and true mask.
    /// - Throws: `EvaluationError`, `MediaError`, `VisionError`, `CancellationError`.
    public func run(
        _ family: any SegmentationFamily, progress: @Sendable (EvaluationProgress) -> Void = { _ in },
        inspect: (@Sendable (String, RGBImage, Point, Mask, Mask) throws -> Void)? = nil
    ) async throws -> ClickFigures {
        var results: [ClickFigures.Image] = []
        for item in items {
            let result = try await measure(item, family, inspect: inspect)
            results.append(result)
            progress(
                EvaluationProgress(
                    done: results.count, total: items.count, name: item.name,
                    result: "IoU \(Figure.text(result.iou1, decimals: 3))"))
        }
        return ClickFigures(images: results)
    }

    /// One object of a picture.
    private struct Answer {
        var mask: Mask
        var iou: Double
        var noc85: Int?
        var noc90: Int?
        var cpuSeconds: Double
        var wallSeconds: Double
    }

    private func measure(
        _ item: Item, _ family: any SegmentationFamily,
        inspect: (@Sendable (String, RGBImage, Point, Mask, Mask) throws -> Void)?
    ) async throws -> ClickFigures.Image {
        let image = try ImageFile.read(item.picture)
        let labels = try LabelImage.read(item.annotation)
        guard labels.size == image.size else {
            throw EvaluationError.sizesDiffer(
                path: item.annotation, picture: "\(image.size)", annotation: "\(labels.size)")
        }
        let objects = labels.objects
        guard !objects.isEmpty else { throw EvaluationError.noObject(path: item.annotation) }
        let frame = try VideoFrame(image: image)
        var answers: [Answer] = []
        for object in objects {
            try Task.checkCancellation()
            let truth = labels.mask(of: object)
            guard let click = ErrorClick.next(found: Mask(empty: truth.size), truth: truth, clicked: []) else {
                continue
            }
            let answer = try await clickThrough(frame, truth: truth, first: click.point, family)
            try inspect?(item.name, image, click.point, answer.mask, truth)
            answers.append(answer)
        }
        return ClickFigures.Image(
            name: item.name, iou1: Figure.average(answers.map(\.iou)),
            noc85: countsClicks ? Figure.average(answers.compactMap(\.noc85).map(Double.init)) : nil,
            noc90: countsClicks ? Figure.average(answers.compactMap(\.noc90).map(Double.init)) : nil,
            overlap: answers.count == 2 ? answers[0].mask.iou(answers[1].mask) : nil,
            cpuMs: 1000 * Figure.average(answers.map(\.cpuSeconds)),
            wallMs: 1000 * Figure.average(answers.map(\.wallSeconds)))
    }

    private func clickThrough(
        _ frame: VideoFrame, truth: Mask, first: Point, _ family: any SegmentationFamily
    ) async throws -> Answer {
        let session = try family.makeSession()
        let cpu = ProcessorTime.seconds(), wall = ContinuousClock.now
        let begun = try await session.start(frame, prompt: .click(first), change: nil)
        var answer = Answer(
            mask: begun.first?.mask ?? Mask(empty: truth.size), iou: 0, cpuSeconds: ProcessorTime.seconds() - cpu,
            wallSeconds: (ContinuousClock.now - wall) / .seconds(1))
        answer.iou = answer.mask.iou(truth)
        guard countsClicks else { return answer }

        var current = answer.mask, clicked = [first]
        while true {
            let iou = current.iou(truth)
            if iou >= 0.85, answer.noc85 == nil { answer.noc85 = clicked.count }
            if iou >= 0.90, answer.noc90 == nil { answer.noc90 = clicked.count }
            guard answer.noc90 == nil, !begun.isEmpty, clicked.count < Self.mostClicks,
                let next = ErrorClick.next(found: current, truth: truth, clicked: clicked)
            else { break }
            clicked.append(next.point)
            let prompt = next.kind == .positive ? Prompt(positive: [next.point]) : Prompt(negative: [next.point])
            current = try await session.correct(frame, prompt: prompt).first?.mask ?? current
        }
        answer.noc85 = answer.noc85 ?? Self.mostClicks
        answer.noc90 = answer.noc90 ?? Self.mostClicks
        return answer
    }
}

/// The next click of a patient person who corrects a mask.
enum ErrorClick {
    enum Kind: Sendable {
        case positive
        case negative
    }

    /// The centre of the larger error: of what is missing and what is too much, the pixel that lies deepest inside,
    /// never one that was clicked before (as in the usual protocol: Sofiiuk et al., Reviving Iterative Training with
    /// Mask Guidance, 2021). nil when the mask is right.
    static func next(found: Mask, truth: Mask, clicked: [Point]) -> (point: Point, kind: Kind)? {
        let size = truth.size
        let foundPixels = found.bitmap(), truePixels = truth.bitmap()
        let taken = Set(clicked.map { Int(clamping: $0.y) * size.width + Int(clamping: $0.x) })
        let missing = InnerPoint.deepest(size: size) {
            truePixels[$0] != 0 && foundPixels[$0] == 0 && !taken.contains($0)
        }
        let tooMuch = InnerPoint.deepest(size: size) {
            truePixels[$0] == 0 && foundPixels[$0] != 0 && !taken.contains($0)
        }
        switch (missing, tooMuch) {
        case (nil, nil): return nil
        case (let missing?, let tooMuch) where missing.depth >= tooMuch?.depth ?? 0: return (missing.point, .positive)
        case (_, let tooMuch?): return (tooMuch.point, .negative)
        case (let missing?, nil): return (missing.point, .positive)
        }
    }
}

/// What clicking the objects of a set of pictures came to. IoU from 0 to 1.
public struct ClickFigures: Hashable, Sendable, Codable {
    public struct Image: Hashable, Sendable, Codable {
        public var name: String
        /// IoU of the first-ranked mask after one click; the mean over the picture's objects.
        public var iou1: Double
        /// Clicks needed, of at most 20, for an IoU of 0.85 and 0.90; the mean over the picture's objects.
        public var noc85: Double?
        public var noc90: Double?
        /// Overlap (IoU) of the two objects' one-click masks; nil unless the picture has two.
        public var overlap: Double?
        /// From the click to the first mask: processor and wall-clock milliseconds.
        public var cpuMs = 0.0
        public var wallMs = 0.0

        enum CodingKeys: String, CodingKey { case name, iou1 }
    }

    public struct Mean: Hashable, Sendable, Codable {
        public var iou1: Double
        public var noc85: Double?
        public var noc90: Double?
    }

    public var images: [Image]
    public var mean: Mean
    /// Part of the pictures with two objects whose one-click masks overlap by an IoU under 0.5.
    public var overlapUnderHalf: Double?

    init(images: [Image]) {
        self.images = images
        let noc85 = images.compactMap(\.noc85), noc90 = images.compactMap(\.noc90)
        mean = Mean(
            iou1: Figure.average(images.map(\.iou1)), noc85: noc85.isEmpty ? nil : Figure.average(noc85),
            noc90: noc90.isEmpty ? nil : Figure.average(noc90))
        let overlaps = images.compactMap(\.overlap)
        overlapUnderHalf = overlaps.isEmpty ? nil : Double(overlaps.count { $0 < 0.5 }) / Double(overlaps.count)
    }

    /// One line of JSON.
    public func json() throws -> String { try Figure.json(self) }

    /// For people: the means with their 95 % intervals, and the worst five.
    public var table: String {
        var lines = ["pictures      \(images.count)", "1-click IoU   \(Figure.text(images.map(\.iou1), decimals: 3))"]
        let noc85 = images.compactMap(\.noc85), noc90 = images.compactMap(\.noc90)
        if !noc85.isEmpty { lines.append("NoC@85        \(Figure.text(noc85, decimals: 2))") }
        if !noc90.isEmpty { lines.append("NoC@90        \(Figure.text(noc90, decimals: 2))") }
        if let overlapUnderHalf {
            lines.append(
                "two objects   \(Figure.text(100 * overlapUnderHalf, decimals: 1)) % of the pictures with masks "
                    + "that overlap under 0.5")
        }
        lines.append(
            "click to mask \(Figure.text(images.map(\.cpuMs).median(), decimals: 0)) ms CPU, "
                + "\(Figure.text(images.map(\.wallMs).median(), decimals: 0)) ms (medians)")
        let worst = images.sorted { $0.iou1 < $1.iou1 }.prefix(5)
        lines.append(
            "worst         \(worst.map { "\($0.name) \(Figure.text($0.iou1, decimals: 3))" }.joined(separator: ", "))")
        return lines.joined(separator: "\n")
    }
}
