import ArgumentParser
import Domain
import Foundation
import Media
import Vision

/// `segment IMAGE --click X,Y --out mask.png`: one click, one mask; or every object, or the one that words describe.
struct SegmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment",
        abstract: "Segment the object under a click in a picture, every object, or the one that words describe.",
        discussion: """
            Examples:
              aislewatch segment aisle.jpg --click 320,180 --not 300,90 --out mask.png --overlay seen.png
              aislewatch segment aisle.jpg --everything --overlay seen.png
              aislewatch segment aisle.jpg --text "the drum with the red lid" --overlay seen.png --json
            The mask is an 8-bit PNG of the picture's size: 255 on the object, 0 elsewhere; of several objects (--everything, \
            --text) the pixel is the object's number, from 1. A photo is turned as its notes say, as in every viewer; clicks \
            and mask are those of the turned picture.
            """)

    @Argument(help: "A picture (JPEG, PNG, …).", completion: .file())
    var image: String

    @Option(name: .customLong("click"), help: "X,Y of a point on the object, in pixels. Can be given several times.")
    var clicks: [ClickArgument] = []

    @Option(name: .customLong("not"), help: "X,Y of a point that is not on the object. Can be given several times.")
    var negatives: [ClickArgument] = []

    @OptionGroup var find: FindOption

    @Option(help: "The mask to write (PNG).", completion: .file(extensions: ["png"]))
    var out: String?

    @Option(help: "The image to write, with the mask drawn on it (PNG).", completion: .file(extensions: ["png"]))
    var overlay: String?

    @Option(help: "Which of the candidates of a click to write, 0 being the best.")
    var candidate = 0

    @OptionGroup var shape: DisplayAspectOption

    @OptionGroup var model: ModelOption

    @Flag(
        help:
            "Print one JSON object: the candidates' predicted IoU, region and area; of found objects their clicks too.")
    var json = false

    func validate() throws {
        if find.isAsked {
            if !clicks.isEmpty || !negatives.isEmpty {
                throw ValidationError("give clicks, or --everything, or --text")
            }
            return
        }
        if clicks.isEmpty {
            throw ValidationError("give at least one --click X,Y on the object, or --everything, or --text")
        }
        if out == nil { throw ValidationError("give --out PNG, where the mask goes") }
        if candidate < 0 { throw ValidationError("--candidate counts from 0") }
    }

    private struct Candidate: Encodable {
        var predicted_iou: Double
        var region: Region
        var area_px: Int
    }

    private struct Output: Encodable {
        var size: FrameSize
        var candidates: [Candidate]
        var written: Int
    }

    func run() async throws {
        try await CommandFailure.wrapping {
            let picture = try ImageFile.read(image, displayAspect: shape.displayAspect?.ratio)
            let family = try await model.load()
            try await find.isAsked ? findObjects(picture, family) : segment(picture, family)
        }
    }

    private func findObjects(_ picture: RGBImage, _ family: any SegmentationFamily) async throws {
        let items = try await find.find(in: try VideoFrame(image: picture), family: family)
        let report = FoundReport(items: items, size: picture.size)
        if let out { try ImageFile.writePNG(gray: report.labels(), size: picture.size, to: out) }
        if let overlay {
            var drawn = picture
            report.draw(on: &drawn)
            try ImageFile.writePNG(drawn, to: overlay)
        }
        if json { try report.writeJSON() } else { print(report.table) }
    }

    private func segment(_ picture: RGBImage, _ family: any SegmentationFamily) async throws {
        let session = try family.makeSession()
        let prompt = Prompt(positive: clicks.map(\.point), negative: negatives.map(\.point))
        let candidates = try await session.start(VideoFrame(image: picture), prompt: prompt, change: nil)
        guard candidates.indices.contains(candidate) else {
            throw CommandFailure("there are only \(candidates.count) candidates; --candidate counts from 0")
        }
        let mask = candidates[candidate].mask
        if let out { try ImageFile.writePNG(gray: mask.bitmap(), size: mask.size, to: out) }
        if let overlay {
            var drawn = picture
            let painter = MaskPainter()
            painter.fill(mask, on: &drawn)
            for click in clicks { painter.cross(at: click.point, on: &drawn) }
            try ImageFile.writePNG(drawn, to: overlay)
        }
        if json {
            try JSONOutput.write(
                Output(
                    size: picture.size,
                    candidates: candidates.map {
                        Candidate(
                            predicted_iou: $0.predictedIoU, region: $0.mask.boundingRegion, area_px: $0.mask.area)
                    },
                    written: candidate))
        } else {
            let region = mask.boundingRegion
            print(
                "\(out ?? ""): \(mask.area) pixels, \(region.width) x \(region.height) at \(region.x), \(region.y), "
                    + "predicted IoU " + String(format: "%.2f", candidates[candidate].predictedIoU))
        }
    }
}
