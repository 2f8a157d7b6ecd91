import Domain
import Media
import Testing

@testable import Camera

@Suite("a whole way in one picture")
struct StroboscopicPictureTests {
    private static let size = FrameSize(width: 320, height: 240)
    private static let side = 24

    /// A bright square that comes down from `tops[0]` to the last of `tops`, ten frames a second, before a dark wall.
    private func scene(_ tops: [Int]) throws -> (path: RetracedPath, frames: [VideoFrame]) {
        var path = RetracedPath(frameSize: Self.size, promptSeconds: Double(tops.count - 1) / 10, quality: 0.9)
        var frames: [VideoFrame] = []
        for (number, top) in tops.enumerated() {
            let time = MediaTime(seconds: Double(number) / 10)
            var luma = [UInt8](repeating: 40, count: Self.size.area),
                bitmap = [UInt8](repeating: 0, count: Self.size.area)
            for y in top..<top + Self.side {
                for x in 100..<100 + Self.side {
                    luma[y * Self.size.width + x] = 200
                    bitmap[y * Self.size.width + x] = 1
                }
            }
            frames.append(try VideoFrame(luma: luma, size: Self.size, time: time))
            let mask = Mask(size: Self.size, bitmap: bitmap)
            path.moments.append(
                RetracedPath.Moment(
                    seconds: time.seconds, region: mask.boundingRegion, centroid: Point(x: 112, y: Double(top + 12)),
                    area: Double(mask.area), quality: 0.9, mask: mask))
        }
        return (path, frames)
    }

    private func luma(_ frame: VideoFrame, _ x: Int, _ y: Int) -> Int {
        frame.withLuma { bytes, stride in Int(bytes[y * stride + x]) }
    }

    @Test("what fell is seen where it stood, on its way and where it lies, and the wall between them is dark")
    func falls() throws {
        let (path, frames) = try scene([20, 20, 20, 30, 60, 110, 180, 180])
        let picture = try #require(try StroboscopicPicture.make(path, frames: frames, isLiquid: false))
        #expect(picture.size == Self.size && picture.time == frames.last?.time)
        for top in [20, 60, 110, 180] { #expect(luma(picture, 112, top + 12) > 150) }
        for y in [94, 160, 220] { #expect(luma(picture, 112, y) < 60) }
    }

    @Test("a liquid is not drawn over itself, its earlier edges are")
    func grows() throws {
        var (path, frames) = try scene([60, 60, 60, 60])
        // It was smaller, and its surface another.
        path.moments[0].region = Region(x: 104, y: 64, width: 8, height: 8)
        var bitmap = [UInt8](repeating: 0, count: Self.size.area)
        for y in 64..<72 { for x in 104..<112 { bitmap[y * Self.size.width + x] = 1 } }
        path.moments[0].mask = Mask(size: Self.size, bitmap: bitmap)
        frames[0] = try VideoFrame(
            luma: [UInt8](repeating: 40, count: Self.size.area), size: Self.size, time: frames[0].time)
        let picture = try #require(try StroboscopicPicture.make(path, frames: frames, isLiquid: true))
        #expect(luma(picture, 107, 67) > 180)
        #expect(luma(picture, 107, 72) < 180)
    }

    @Test("what never moved is no way, and frames of another size are passed over")
    func nothing() throws {
        let (path, frames) = try scene([60, 60, 60, 60])
        #expect(try StroboscopicPicture.make(path, frames: frames, isLiquid: false) == nil)
        #expect(try StroboscopicPicture.make(path, frames: [], isLiquid: false) == nil)
        var (moved, mixed) = try scene([20, 60, 180])
        mixed[0] = try VideoFrame(
            luma: [UInt8](repeating: 0, count: 64 * 48), size: FrameSize(width: 64, height: 48), time: mixed[0].time)
        moved.moments[2].region = Region(x: 310, y: 230, width: 24, height: 24)
        #expect(try StroboscopicPicture.make(moved, frames: mixed, isLiquid: false) != nil)
    }
}
