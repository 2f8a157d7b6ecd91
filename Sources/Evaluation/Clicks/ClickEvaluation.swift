import Domain
import Foundation
import Media
import Vision

/// Clicks the objects of a folder with `images/NAME.*` and `masks/NAME.png` (a pixel > 0 is an object; several values are
/// several objects). The first click is the point farthest from the object's edge; the mask that counts is the one the
/// program ranks first, never the best by truth.
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
