import App
import ArgumentParser
import Domain
import Foundation
import Media
import Settings
import Verification
import Vision

/// `--everything` and `--text`, for commands that look for objects which nobody has clicked.
struct FindOption: ParsableArguments {
    @Flag(help: "Find every object of the picture, by a grid of clicks.")
    var everything = false

    @Option(
        help: """
            Find what this describes, as in "the drum with the red lid". The vision model of the configuration's \
            second_look is asked where it is.
            """)
    var text: String?

    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "With --everything: how many clicks lie along the picture's longer side, 1 to 64.")
    var points = ObjectFinder.Settings().gridPoints

    @Option(help: "Objects of which the network's own estimate of the mask's IoU is less are left out, 0 to 1.")
    var lowestIou: Double?

    func validate() throws {
        if everything, text != nil { throw ValidationError("give --everything or --text, not both") }
        if let text, text.allSatisfy(\.isWhitespace) { throw ValidationError("--text describes nothing") }
        if let text, text.count > ObjectLocator.maxTextLength {
            throw ValidationError("--text has \(text.count) characters; \(ObjectLocator.maxTextLength) are allowed")
        }
        if !(1...64).contains(points) { throw ValidationError("--points must be 1 to 64") }
        if let lowestIou, !(0...1).contains(lowestIou) { throw ValidationError("--lowest-iou must be 0 to 1") }
    }

    var isAsked: Bool { everything || text != nil }

    /// One object that was found, and what it is called.
    struct Item {
        var object: FoundObject
        var label: String
    }

    /// Looks for what was asked for, and says on standard error what was left out.
    func find(in frame: VideoFrame, family: any SegmentationFamily) async throws -> [Item] {
        var settings = ObjectFinder.Settings()
        settings.gridPoints = points
        if let lowestIou { settings.lowestIoU = lowestIou }
        let finder = ObjectFinder(family, settings: settings)
        guard let text else {
            let progress = ProgressReporter("looking")
            let found = try await finder.everything(in: frame) { step in
                progress.update(fraction: step.fraction, detail: "\(step.objects) objects")
            }
            progress.finish()
            return found.objects.map { Item(object: $0, label: "") }
        }
        let answer = try await locator().locate(text, in: frame)
        if answer.leftOut > 0 {
            StandardError.write(
                "the model named \(answer.leftOut) more places than the \(ObjectLocator.most) looked at")
        }
        let found = try await finder.objects(in: answer.places.map(\.region), of: frame)
        for (place, object) in zip(answer.places, found) where object == nil {
            let region = place.region
            StandardError.write(
                "left out: \"\(place.label)\" at \(region.x), \(region.y), \(region.width) x \(region.height): "
                    + "the network sees no object that fills it")
        }
        return zip(answer.places, found).compactMap { place, object in
            object.map { Item(object: $0, label: place.label) }
        }
    }

    private func locator() throws -> ObjectLocator {
        guard let settings = VerificationSettings(try configuration.load().verification) else {
            throw CommandFailure(
                "--text needs a vision model: set second_look.base_url and second_look.model in the configuration "
                    + "(--config FILE) to an OpenAI-compatible server, as in http://127.0.0.1:8000/v1")
        }
        return ObjectLocator(settings)
    }
}

/// Found objects as results: a table or JSON, a picture with numbers, labels.
struct FoundReport {
    private struct Line: Encodable {
        var object: Int
        var label: String?
        var predicted_iou: Double
        var stability: Double
        var region: Region
        var area_px: Int
        /// A click or a box that leads to it.
        var click: Point?
        var box: Region?
        var candidate: Int
    }

    private struct Output: Encodable {
        var size: FrameSize
        var objects: [Line]
    }

    let items: [FindOption.Item]
    let size: FrameSize

    func writeJSON() throws {
        let lines = items.enumerated().map { index, item in
            Line(
                object: index + 1, label: item.label.isEmpty ? nil : item.label,
                predicted_iou: item.object.predictedIoU, stability: item.object.stability,
                region: item.object.mask.boundingRegion, area_px: item.object.mask.area,
                click: item.object.prompt.positive.first, box: item.object.prompt.box, candidate: item.object.candidate)
        }
        try JSONOutput.write(Output(size: size, objects: lines))
    }

    var table: String {
        guard !items.isEmpty else { return "nothing was found" }
        var table = TextTable([
            ("Object", .right), ("At", .left), ("Size", .left), ("Pixels", .right), ("IoU", .right), ("Label", .left),
        ])
        for (index, item) in items.enumerated() {
            let region = item.object.mask.boundingRegion
            table.add([
                "\(index + 1)", "\(region.x), \(region.y)", "\(region.width) x \(region.height)",
                "\(item.object.mask.area)", String(format: "%.2f", item.object.predictedIoU), item.label,
            ])
        }
        return table.rendered()
    }

    /// Pixel = object, from 1; where two overlap the smaller one is in front.
    func labels() -> [UInt8] {
        var labels = [UInt8](repeating: 0, count: size.area)
        for (index, item) in bySize {
            item.object.mask.forEachRun { start, length in
                for pixel in start..<start + length { labels[pixel] = UInt8(clamping: index + 1) }
            }
        }
        return labels
    }

    func draw(on image: inout RGBImage) {
        for (index, item) in bySize { MaskPainter(object: index).fill(item.object.mask, on: &image) }
        for (index, item) in items.enumerated() {
            let region = item.object.mask.boundingRegion
            MaskPainter(object: index).number(index + 1, at: region.center, on: &image)
        }
    }

    private var bySize: [(offset: Int, element: FindOption.Item)] {
        items.enumerated().sorted { $0.element.object.mask.area > $1.element.object.mask.area }
    }
}
