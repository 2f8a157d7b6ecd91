import Domain
import Foundation
import Media
import TestSupport
import Testing

@testable import Vision

@Suite("Clicks answered by MobileSAM", .serialized)
struct MobileSAMTests {
    private static let folder = Synthetic.models.deletingLastPathComponent().appending(path: "mobile_sam")
    /// Loaded once for all tests.
    private static let shared = Task { MobileSAM(directory: folder, inference: try InferenceService()) }

    private let square = Synthetic.squareMask(at: (100, 80))

    /// Twenty places on the square.
    private static func spread(_ index: Int) -> Point {
        Point(x: 108 + Double(index % 5 * 10), y: 88 + Double(index / 5 * 13))
    }

    private func ask(_ prompt: Prompt, known: Mask? = nil, others: [MaskCandidate] = []) async throws -> [MaskCandidate]
    {
        try await Self.shared.value.answers(
            Synthetic.frame(square: (100, 80), seconds: 0), prompt: prompt, known: known, others: others)
    }

    @Test("a click finds the thing to its edge")
    func click() async throws {
        let click = Prompt.click(Point(x: 128, y: 108))
        let other = try await Synthetic.family().makeSession().start(
            Synthetic.frame(square: (100, 80), seconds: 0), prompt: click, change: nil)
        let found = try await ask(click, others: other)
        #expect((1...3).contains(found.count))
        #expect(try #require(found.first).mask.iou(square) > 0.9)
        #expect(found.allSatisfy { (0...1).contains($0.predictedIoU) })
    }

    @Test("a box, and several clicks, find it too")
    func box() async throws {
        let box = try await ask(Prompt(box: Region(x: 95, y: 75, width: 66, height: 66)))
        #expect(try #require(box.first).mask.iou(square) > 0.9)
        let clicks = Prompt(
            positive: [Point(x: 110, y: 90), Point(x: 145, y: 125)], negative: [Point(x: 30, y: 30)])
        #expect(try #require(try await ask(clicks).first).mask.iou(square) > 0.9)
    }

    @Test("a click beside a mask that is too large takes away what is not the thing")
    func correction() async throws {
        let known = Mask(
            size: Synthetic.size,
            bitmap: (0..<Synthetic.size.area).map { index in
                let x = index % Synthetic.size.width, y = index / Synthetic.size.width
                return (60..<200).contains(x) && (60..<160).contains(y) ? 1 : 0
            })
        let prompt = Prompt(positive: [Point(x: 128, y: 108)], negative: [Point(x: 75, y: 100)])
        let mask = try #require(try await ask(prompt, known: known).first).mask
        #expect(mask.contains(prompt.positive[0]) && !mask.contains(prompt.negative[0]))
        #expect(mask.intersectionArea(square) > mask.area * 9 / 10)
    }

    @Test("more clicks than the network takes are no error, and a place outside the frame is one")
    func limits() async throws {
        let many = Prompt(positive: (0..<20).map(Self.spread))
        #expect(try #require(try await ask(many).first).mask.contains(Self.spread(19)))
        let outside = Point(x: 400, y: 10)
        await #expect(throws: VisionError.clickOutside(outside, frame: Synthetic.size)) {
            try await ask(.click(outside))
        }
    }

    @Test("it is in memory from the first question until nobody has asked for ten minutes")
    func memory() async throws {
        let clock = ManualClock()
        let model = MobileSAM(directory: Self.folder, inference: try InferenceService(), clock: clock)
        #expect(await !model.isLoaded)
        _ = try await model.answers(
            Synthetic.frame(square: (100, 80), seconds: 0), prompt: .click(Point(x: 128, y: 108)), known: nil,
            others: [])
        #expect(await model.isLoaded)
        await clock.waitForSleepers(1)
        clock.advance(seconds: 601)
        while await model.isLoaded { await Task.yield() }
    }

    @Test("files that are missing, cut or swapped are refused by name", arguments: ["missing", "cut", "swapped"])
    func badFiles(_ fault: String) async throws {
        let temporary = try TemporaryDirectory()
        let folder = temporary.url
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path) {
            try FileManager.default.copyItem(at: Self.folder.appending(path: name), to: folder.appending(path: name))
        }
        let file = folder.appending(path: "candidate_ranking.onnx")
        let expected: VisionError
        switch fault {
        case "missing":
            try FileManager.default.removeItem(at: file)
            expected = .modelMissing(path: file.path)
        case "cut":
            let bytes = try Data(contentsOf: file)
            try bytes.prefix(100).write(to: file)
            expected = .modelTruncated(path: file.path, expectedBytes: bytes.count, foundBytes: 100)
        default:
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
            expected = .modelChanged(path: file.path)
        }
        await #expect(throws: expected) {
            try await MobileSAMGraphs(directory: folder, inference: try InferenceService())
        }
    }

    @Test("what the ranking network is told of an answer")
    func evidence() {
        let window = CropWindow(around: Point(x: 128, y: 108), side: 64, in: Synthetic.size)
        let whole = CropWindow(around: Point(x: 160, y: 120), side: 320, in: Synthetic.size)
        let click = Point(x: 128, y: 108)
        let answers = [
            RankedAnswer(
                candidate: MaskCandidate(mask: square, predictedIoU: 0.9), group: .other, index: 0, stability: 1,
                window: whole),
            RankedAnswer(
                candidate: MaskCandidate(mask: square, predictedIoU: 0.7), group: .window, index: 2, stability: 0.5,
                window: window),
            RankedAnswer(
                candidate: MaskCandidate(mask: Synthetic.squareMask(at: (10, 10)), predictedIoU: 0.95),
                group: .wholeFrame, index: 1, stability: 0.8, window: whole),
        ]
        let rows = RankedAnswer.evidence(of: answers, click: click, frame: Synthetic.size)
        let share = Float(56 * 56) / Float(320 * 240)
        func check(_ row: [Float], _ wanted: [Float]) {
            #expect(
                row.count == RankedAnswer.evidenceCount && zip(row, wanted).allSatisfy { abs($0 - $1) < 1e-4 }, "\(row)"
            )
        }
        check(
            rows[0],
            [0.9, 1, 0, logf(share) / 5, logf(share) / 5, 1] + [1, 0.25, 0, 0] + [1, 0, 0] + [1, 0, 0, 0] + [0, 0, 1]
                + [1.0 / 8, 0, 0.5])
        check(
            rows[1],
            [0.7, 0.5, 0, logf(share) / 5, logf(share * 25) / 5, 1] + [1, 0.25, 0, 0] + [0, 0, 1] + [0, 0, 1, 0] + [
                1, 0, 0,
            ]
                + [1.0 / 8, 1.0 / 8, 0.5])
        check(
            rows[2],
            [0.95, 0.8, 0, logf(share) / 5, logf(share) / 5, 0] + [1, 0.25, 90.0 / 56, 70.0 / 56] + [0, 1, 0] + [
                0, 1, 0, 0,
            ] + [0, 0, 0] + [0, 0, 0])
    }
}
