import Domain
import Testing

@testable import Vision

@Suite("Masks on the network's maps")
struct MaskCoverageTests {
    private let frame = FrameSize(width: 64, height: 48)

    private func rectangle(_ region: Region) -> Mask {
        Mask(
            size: frame,
            bitmap: (0..<frame.area).map {
                region.contains(Point(x: Double($0 % frame.width), y: Double($0 / frame.width))) ? 1 : 0
            })
    }

    private func draw(_ mask: Mask, shift: Point = Point(x: 0, y: 0), window: CropWindow, size: Int) -> [Float] {
        var map = [Float](repeating: 9, count: size * size)
        map.withUnsafeMutableBufferPointer {
            MaskCoverage.draw(mask, shift: shift, window: window, size: size, into: $0)
        }
        return map
    }

    @Test("a cell holds the part of it that the mask covers")
    func coverage() {
        // 32 x 32 pixels on 8 x 8 cells: 4 pixels a cell and side.
        let window = CropWindow(around: Point(x: 16, y: 16), side: 32, in: frame)
        #expect(window.region == Region(x: 0, y: 0, width: 32, height: 32))
        let map = draw(rectangle(Region(x: 4, y: 8, width: 6, height: 2)), window: window, size: 8)
        #expect(map[2 * 8 + 1] == 0.5)
        #expect(map[2 * 8 + 2] == 0.25)
        #expect(map.reduce(0, +) == 0.75)
    }

    @Test("a magnified mask keeps its area and its place, and a shift moves it")
    func magnified() {
        let window = CropWindow(around: Point(x: 32, y: 24), side: 24, in: frame)
        let mask = rectangle(Region(x: 25, y: 20, width: 5, height: 7))
        let map = draw(mask, window: window, size: 96)
        #expect(abs(map.reduce(0, +) - 35 * 16) < 0.01)
        let shifted = draw(mask, shift: Point(x: 3, y: -2), window: window, size: 96)
        #expect(shifted == draw(rectangle(Region(x: 28, y: 18, width: 5, height: 7)), window: window, size: 96))
    }

    @Test("what lies outside the window is left out")
    func outside() {
        let window = CropWindow(around: Point(x: 12, y: 12), side: 24, in: frame)
        #expect(
            draw(rectangle(Region(x: 30, y: 30, width: 10, height: 10)), window: window, size: 8).allSatisfy { $0 == 0 }
        )
        let all = draw(rectangle(Region(x: 0, y: 0, width: 64, height: 48)), window: window, size: 8)
        #expect(all.allSatisfy { abs($0 - 1) < 1e-5 })
    }
}
