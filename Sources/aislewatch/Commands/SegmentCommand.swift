import ArgumentParser
import Domain
import Foundation
import Media
import Vision

/// `segment IMAGE --click X,Y --out mask.png`: one click, one mask.
struct SegmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment",
        abstract: "Segment the object under a click in a picture.",
        discussion: """
            Example: aislewatch segment aisle.jpg --click 320,180 --not 300,90 --out mask.png --overlay seen.png
            The mask is an 8-bit PNG of the picture's size: 255 on the object, 0 elsewhere. A photo is turned as its notes say, as \
            in every viewer; clicks and mask are those of the turned picture.
            """)

    @Argument(help: "A picture (JPEG, PNG, …).", completion: .file())
    var image: String

    @Option(name: .customLong("click"), help: "X,Y of a point on the object, in pixels. Can be given several times.")
    var clicks: [ClickArgument] = []

    @Option(name: .customLong("not"), help: "X,Y of a point that is not on the object. Can be given several times.")
    var negatives: [ClickArgument] = []

    @Option(help: "Where the mask goes (PNG).", completion: .file(extensions: ["png"]))
    var out: String

    @Option(help: "Where the picture with the mask drawn on it goes (PNG).", completion: .file(extensions: ["png"]))
    var overlay: String?

    @Option(help: "Which of the candidates to write, 0 being the best.")
    var candidate = 0

    @OptionGroup var shape: DisplayAspectOption

    @OptionGroup var model: ModelOption

    @Flag(help: "Print one JSON object: the candidates' predicted IoU, region and area.")
    var json = false

    func validate() throws {
        if clicks.isEmpty { throw ValidationError("give at least one --click X,Y on the object") }
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
        do {
            try await segment()
        } catch let error as MediaError {
            throw CommandFailure(error.description)
        } catch let error as VisionError {
            throw CommandFailure(error.description)
        }
    }

    private func segment() async throws {
        let picture = try ImageFile.read(image, displayAspect: shape.displayAspect?.ratio)
        let family = try await model.load()
        let session = try family.makeSession()
        let prompt = Prompt(positive: clicks.map(\.point), negative: negatives.map(\.point))
        let candidates = try await session.start(VideoFrame(image: picture), prompt: prompt, change: nil)
        guard candidates.indices.contains(candidate) else {
            throw CommandFailure("there are only \(candidates.count) candidates; --candidate counts from 0")
        }
        let mask = candidates[candidate].mask
        try ImageFile.writePNG(gray: mask.bitmap(), size: mask.size, to: out)
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
                "\(out): \(mask.area) pixels, \(region.width) x \(region.height) at \(region.x), \(region.y), predicted IoU "
                    + String(format: "%.2f", candidates[candidate].predictedIoU))
        }
    }
}
