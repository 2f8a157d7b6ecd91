import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Crops and pictures")
struct ScalingTests {
    /// Left half red, right half blue.
    private func twoColours() throws -> VideoFrame {
        var image = RGBImage(size: FrameSize(width: 64, height: 48))
        for y in 0..<48 {
            for x in 0..<64 { image.pixels[(y * 64 + x) * 3 + (x < 32 ? 0 : 2)] = 220 }
        }
        return try VideoFrame(image: image)
    }

    private func isClose(_ pixels: [UInt8], _ index: Int, _ wanted: [Int], by: Int = 6) -> Bool {
        (0..<3).allSatisfy { abs(Int(pixels[index * 3 + $0]) - wanted[$0]) <= by }
    }

    @Test("A crop at its own size has the picture's values")
    func crop() throws {
        let frame = try twoColours()
        var pixels: [UInt8] = []
        FrameScaler().rgb(frame, crop: Region(x: 24, y: 8, width: 16, height: 10), width: 16, height: 10, into: &pixels)
        #expect(pixels.count == 16 * 10 * 3)
        for row in 0..<10 {
            #expect(isClose(pixels, row * 16 + 2, [220, 0, 0]))
            #expect(isClose(pixels, row * 16 + 13, [0, 0, 220]))
        }
    }

    @Test("A crop is scaled up and down where it should be", arguments: [7, 32, 200])
    func scaled(size: Int) throws {
        let frame = try twoColours()
        var pixels: [UInt8] = []
        FrameScaler().rgb(
            frame, crop: Region(x: 16, y: 0, width: 32, height: 48), width: size, height: size, into: &pixels)
        #expect(isClose(pixels, size / 2 * size + size / 5, [220, 0, 0]))
        #expect(isClose(pixels, size / 2 * size + size * 4 / 5, [0, 0, 220]))
    }

    @Test("Outside the picture its edge goes on, or grey is seen")
    func outside() throws {
        let frame = try twoColours()
        var pixels: [UInt8] = []
        let crop = Region(x: -16, y: -8, width: 96, height: 64)
        let scaler = FrameScaler()
        scaler.rgb(frame, crop: crop, width: 96, height: 64, into: &pixels)
        #expect(isClose(pixels, 0, [220, 0, 0]) && isClose(pixels, 96 * 64 - 1, [0, 0, 220]))
        scaler.rgb(frame, crop: crop, width: 96, height: 64, outside: .grey, into: &pixels)
        #expect(isClose(pixels, 0, [128, 128, 128], by: 0) && isClose(pixels, 30 * 96 + 15, [128, 128, 128], by: 0))
        #expect(isClose(pixels, 30 * 96 + 20, [220, 0, 0]))
        scaler.rgb(frame, crop: Region(x: 100, y: 100, width: 5, height: 5), width: 4, height: 4, into: &pixels)
        #expect(pixels == [UInt8](repeating: 128, count: 48))
        scaler.rgb(frame, crop: Region(x: 0, y: 0, width: 0, height: 0), width: 2, height: 2, into: &pixels)
        #expect(pixels.count == 12)
    }

    @Test("Odd corners and sizes are exact in luma")
    func oddCorner() throws {
        let size = FrameSize(width: 61, height: 47)
        let luma: [UInt8] = (0..<size.area).map { index in UInt8(16 + index % size.width * 3) }
        let frame = try VideoFrame(luma: luma, size: size)
        var cut: [UInt8] = []
        FrameScaler().luma(frame, crop: Region(x: 13, y: 7, width: 9, height: 5), width: 9, height: 5, into: &cut)
        let wanted: [UInt8] = (0..<45).map { index in UInt8(16 + (13 + index % 9) * 3) }
        #expect(cut == wanted)
        FrameScaler().luma(frame, width: 61, height: 47, into: &cut)
        #expect(cut == luma)
        frame.withLuma { plane, stride in
            #expect(plane[3 * stride + 10] == luma[3 * size.width + 10])
        }
    }

    @Test("Limited and full range both become full-range RGB", arguments: ["tv", "pc"])
    func ranges(range: String) async throws {
        let folder = try TemporaryDirectory()
        let file = try TestVideo.ffmpeg(
            [
                "-f", "lavfi", "-i", "color=0xF0F0F0:size=64x48:rate=5:duration=1", "-vf",
                "scale=out_range=\(range),format=yuv420p", "-color_range", range, "-c:v", "libx264", "-qp", "4",
            ], to: folder.file("a.mp4"))
        let frame = try #require(try await FileFrameFeed(path: file.path).next())
        #expect(frame.isFullRange == (range == "pc"))
        var pixels: [UInt8] = []
        FrameScaler().rgb(frame, width: 8, height: 8, into: &pixels)
        #expect(isClose(pixels, 20, [240, 240, 240], by: 3))
    }

    @Test("A JPEG has the frame's colours, and no more than the width asked for")
    func jpeg() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("a.jpg")
        try JPEGEncoder.encode(frame: twoColours(), quality: 95).write(to: file)
        let image = try ImageFile.read(file.path)
        #expect(image.size == FrameSize(width: 64, height: 48))
        #expect(isClose(image.pixels, 20 * 64 + 10, [220, 0, 0], by: 10))
        #expect(isClose(image.pixels, 20 * 64 + 50, [0, 0, 220], by: 10))
        try JPEGEncoder.encode(frame: twoColours(), maxWidth: 32).write(to: file)
        #expect(try ImageFile.read(file.path).size == FrameSize(width: 32, height: 24))
    }

    @Test("PNG keeps every value, in colour and in grey")
    func png() throws {
        let folder = try TemporaryDirectory()
        let size = FrameSize(width: 37, height: 21)
        var generator = SeededGenerator(seed: 7)
        let noise: [UInt8] = (0..<size.area * 3).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let image = RGBImage(size: size, pixels: noise)
        try ImageFile.writePNG(image, to: folder.file("a.png").path)
        #expect(try ImageFile.read(folder.file("a.png").path) == image)
        let grey: [UInt8] = (0..<size.area).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try ImageFile.writePNG(gray: grey, size: size, to: folder.file("g.png").path)
        let labels = try ImageFile.readLabels(folder.file("g.png").path)
        #expect(labels.size == size && labels.labels == grey)
    }

    @Test("A palette PNG gives the palette's indices")
    func palette() throws {
        let folder = try TemporaryDirectory()
        // 2 x 1 pixels, bit depth 8, indices 1 and 2 of a palette of three colours.
        let base64 =
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAACVBMVEUAAACAAAAAgACmUGVTAAAAC0lEQVR4nGNgZAIAAAcABHZJ"
            + "4ygAAAAASUVORK5CYII="
        guard let data = Data(base64Encoded: base64) else { return }
        try data.write(to: folder.file("p.png"))
        let labels = try ImageFile.readLabels(folder.file("p.png").path)
        #expect(labels.labels == [1, 2])
    }

    @Test("What can't be written says so")
    func cannotWrite() {
        #expect(throws: MediaError.cannotWrite(path: "/nowhere/a.png", reason: "no such folder")) {
            try ImageFile.writePNG(gray: [0], size: FrameSize(width: 1, height: 1), to: "/nowhere/a.png")
        }
        #expect(throws: MediaError.self) {
            _ = try OverlayVideoWriter(
                path: URL(filePath: "/nowhere/a.mp4"), size: FrameSize(width: 64, height: 48), framesPerSecond: 10)
        }
    }

    @Test("An overlay video shows the pictures at their times")
    func overlay() async throws {
        let folder = try TemporaryDirectory()
        let size = FrameSize(width: 65, height: 48)
        let writer = try OverlayVideoWriter(path: folder.file("o.mp4"), size: size, framesPerSecond: 10)
        for index in 0..<10 {
            try writer.write(
                RGBImage(size: size, red: index < 5 ? 200 : 0, green: 0, blue: 100), seconds: Double(index) / 10)
        }
        try writer.finish()
        let feed = try FileFrameFeed(path: folder.file("o.mp4").path)
        var pixels: [UInt8] = []
        var index = 0
        while let frame = try await feed.next() {
            #expect(abs(frame.time.seconds - Double(index) / 10) < 0.001)
            FrameScaler().rgb(frame, width: 4, height: 4, into: &pixels)
            #expect(isClose(pixels, 5, [index < 5 ? 200 : 0, 0, 100], by: 12))
            index += 1
        }
        #expect(index == 10)
    }
}
