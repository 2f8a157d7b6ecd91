import Domain
import Foundation
import Media
import TestSupport
import Testing

@testable import Evaluation

@Suite("Click evaluation")
struct ClickEvaluationTests {
    private let size = FrameSize(width: 80, height: 60)

    private func folder(_ pictures: [String: [UInt8]]) throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for name in ["images", "masks"] {
            try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
        }
        for (name, labels) in pictures {
            let image = RGBImage(size: size, red: 90, green: 90, blue: 90)
            try JPEGEncoder.encode(image).write(to: folder.file("images/\(name).jpg"))
            try ImageFile.writePNG(gray: labels, size: size, to: folder.file("masks/\(name).png").path)
        }
        return folder
    }

    private func labels(_ regions: [(Region, UInt8)]) -> [UInt8] {
        (0..<size.area).map { index in
            let point = Point(x: Double(index % size.width), y: Double(index / size.width))
            return regions.first { $0.0.contains(point) }?.1 ?? 0
        }
    }

    @Test("one-click IoU is that of the first mask, for each object of a picture, and objects' overlap is measured")
    func oneClick() async throws {
        let two = labels([
            (Region(x: 5, y: 5, width: 15, height: 15), 1), (Region(x: 40, y: 20, width: 31, height: 31), 2),
        ])
        let folder = try folder(["two": two, "one": labels([(Region(x: 30, y: 20, width: 15, height: 15), 255)])])
        let family = StillFamily(reach: 8)
        let figures = try await ClickEvaluation(directory: folder.url, countsClicks: false).run(family)
        #expect(figures.images.map(\.name) == ["one", "two"])
        #expect(figures.images[0].iou1 == 1)
        // The first object exactly, a square of 15 inside the second one's 31.
        #expect(abs(figures.images[1].iou1 - (1 + 225.0 / 961) / 2) < 1e-9)
        #expect(figures.images[1].overlap == 0)
        #expect(figures.overlapUnderHalf == 1)
        #expect(figures.mean.noc85 == nil)
        #expect(
            Set(family.prompts) == [
                .click(Point(x: 37.5, y: 27.5)), .click(Point(x: 12.5, y: 12.5)), .click(Point(x: 55.5, y: 35.5)),
            ])
    }

    @Test("clicks are counted until the mask is good enough, at most twenty")
    func counts() async throws {
        let folder = try folder([
            "easy": labels([(Region(x: 30, y: 20, width: 15, height: 15), 1)]),
            "never": labels([(Region(x: 2, y: 2, width: 70, height: 56), 1)]),
        ])
        let figures = try await ClickEvaluation(directory: folder.url).run(StillFamily(reach: 8))
        #expect(figures.images.map(\.noc85) == [1, 20])
        #expect(figures.images.map(\.noc90) == [1, 20])
        #expect(figures.mean.noc90 == 10.5)
    }

    @Test("the next click goes to the deeper error, on its right side, and never to the same pixel twice")
    func nextClick() throws {
        let truth = Shapes.rectangle(size, Region(x: 10, y: 10, width: 20, height: 20))
        let found = Shapes.rectangle(size, Region(x: 20, y: 10, width: 40, height: 20))
        let tooMuch = try #require(ErrorClick.next(found: found, truth: truth, clicked: []))
        #expect(tooMuch.kind == .negative)
        #expect(found.contains(tooMuch.point) && !truth.contains(tooMuch.point))
        let again = try #require(ErrorClick.next(found: found, truth: truth, clicked: [tooMuch.point]))
        #expect(again.point != tooMuch.point)
        let missing = try #require(ErrorClick.next(found: Mask(empty: size), truth: truth, clicked: []))
        #expect(missing.kind == .positive)
        #expect(ErrorClick.next(found: truth, truth: truth, clicked: []) == nil)
    }

    @Test("an annotation without objects, or of another size, is named")
    func badAnnotations() async throws {
        let empty = try folder(["empty": labels([])])
        await #expect(throws: EvaluationError.noObject(path: empty.file("masks/empty.png").path)) {
            try await ClickEvaluation(directory: empty.url).run(StillFamily())
        }
        let small = try folder(["small": labels([(Region(x: 3, y: 3, width: 9, height: 9), 1)])])
        try ImageFile.writePNG(
            gray: [UInt8](repeating: 1, count: 100), size: FrameSize(width: 10, height: 10),
            to: small.file("masks/small.png").path)
        await #expect(throws: EvaluationError.self) {
            try await ClickEvaluation(directory: small.url).run(StillFamily())
        }
    }
}
