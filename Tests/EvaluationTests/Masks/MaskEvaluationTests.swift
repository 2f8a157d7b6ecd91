import Domain
import Foundation
import Media
import TestSupport
import Testing
import Vision

@testable import Evaluation

@Suite("Mask evaluation")
struct MaskEvaluationTests {
    private let size = FrameSize(width: 64, height: 48)

    /// A sequence of five frames in which a square moves two pixels a frame.
    private func sequence(in folder: TemporaryDirectory) throws {
        let pictures = folder.file("JPEGImages/480p/square"), annotations = folder.file("Annotations/480p/square")
        for url in [pictures, annotations] {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        for index in 0..<5 {
            let image = RGBImage(size: size, red: 90, green: 90, blue: 90)
            try JPEGEncoder.encode(image).write(to: pictures.appending(path: "0000\(index).jpg"))
            let mask = Shapes.rectangle(size, Region(x: 10 + 2 * index, y: 10, width: 16, height: 16))
            try ImageFile.writePNG(
                gray: mask.bitmap(), size: size, to: annotations.appending(path: "0000\(index).png").path)
        }
    }

    @Test("the first and the last frame don't count, and a mask that stands still scores what its overlap is")
    func scores() async throws {
        let folder = try TemporaryDirectory()
        try sequence(in: folder)
        let family = StillFamily()
        let figures = try await MaskEvaluation(directory: folder.url, prompt: .mask).run(family)
        // The square stays where it was: 14, 12 and 10 columns of 16 in common.
        let expected = [14.0, 12, 10].map { 100 * $0 / (32 - $0) }.reduce(0, +) / 3
        let result = try #require(figures.sequences.first)
        #expect(result.name == "square")
        #expect(abs(result.j - expected) < 1e-6)
        #expect(result.frames == 4)
        #expect(figures.mean.jf == (result.j + result.f) / 2)

        let strided = try await MaskEvaluation(directory: folder.url, prompt: .mask, stride: 2).run(family)
        #expect(abs(try #require(strided.sequences.first).j - 100 * 12.0 / 20) < 1e-6)
    }

    @Test("the click is the middle of the first mask, the box its bounds")
    func prompts() async throws {
        let folder = try TemporaryDirectory()
        try sequence(in: folder)
        for kind in MaskEvaluation.PromptKind.allCases {
            let family = StillFamily()
            _ = try await MaskEvaluation(directory: folder.url, prompt: kind).run(family)
            let prompt = try #require(family.prompts.first)
            switch kind {
            case .click: #expect(prompt == .click(Point(x: 17.5, y: 17.5)))
            case .box: #expect(prompt == Prompt(box: Region(x: 10, y: 10, width: 16, height: 16)))
            case .mask:
                #expect(
                    prompt == Prompt(mask: Shapes.rectangle(size, Region(x: 10, y: 10, width: 16, height: 16))))
            }
        }
    }

    @Test("a folder of another form is refused with what it needs")
    func badFolder() throws {
        let folder = try TemporaryDirectory()
        #expect(throws: EvaluationError.self) { try MaskEvaluation(directory: folder.url, prompt: .click) }
        #expect(throws: EvaluationError.self) { try ClickEvaluation(directory: folder.url) }
    }
}
