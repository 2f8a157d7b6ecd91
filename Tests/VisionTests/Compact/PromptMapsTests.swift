import Domain
import Foundation
import Testing

@testable import Vision

@Suite("Prompt maps")
struct PromptMapsTests {
    private let frame = FrameSize(width: 512, height: 512)
    private let side = 128

    private func draw(_ prompt: Prompt, change: ChangeMap? = nil) -> [[Float]] {
        let window = CropWindow(around: Point(x: 256, y: 256), side: 256, in: frame)
        #expect(window.region == Region(x: 128, y: 128, width: 256, height: 256))
        var maps = [Float](repeating: 9, count: 5 * side * side)
        maps.withUnsafeMutableBufferPointer {
            PromptMaps(window: window, size: side).draw(prompt, change: change, into: $0)
        }
        return (0..<5).map { Array(maps[$0 * side * side..<($0 + 1) * side * side]) }
    }

    @Test("a click is a gaussian of two cells around it, clicks of one kind merge, kinds have maps of their own")
    func clicks() {
        // The centre of the cell (50, 20), seen from the window's corner, is at (101, 41).
        let maps = draw(Prompt(positive: [Point(x: 229, y: 169)], negative: [Point(x: 129, y: 129)]))
        #expect(abs(maps[0][20 * side + 50] - 1) < 1e-6)
        #expect(abs(maps[0][20 * side + 52] - Float(exp(-0.5))) < 1e-5)
        #expect(abs(maps[0][24 * side + 50] - Float(exp(-2.0))) < 1e-5)
        #expect(maps[0][40 * side + 50] == 0)
        #expect(abs(maps[1][0] - 1) < 1e-6)
        let two = draw(Prompt(positive: [Point(x: 229, y: 169), Point(x: 233, y: 169)]))
        #expect(abs(two[0][20 * side + 51] - Float(exp(-1.0 / 8))) < 1e-5)
        #expect(maps[2...].allSatisfy { $0.allSatisfy { $0 == 0 } })
    }

    @Test("a click far outside the window leaves no trace")
    func outside() {
        #expect(draw(.click(Point(x: 20, y: 500)))[0].allSatisfy { $0 == 0 })
    }

    @Test("a box is filled, cut at the window's edge")
    func box() {
        let map = draw(Prompt(box: Region(x: 100, y: 148, width: 48, height: 20)))[2]
        #expect(map.reduce(0, +) == 10 * 10)
        #expect(map[10 * side] == 1 && map[19 * side + 9] == 1)
        #expect(map[9 * side] == 0 && map[20 * side] == 0 && map[10 * side + 10] == 0)
    }

    @Test("the change map is stretched over the frame, 255 becoming 1")
    func change() {
        let size = FrameSize(width: 64, height: 64)
        let values = (0..<size.area).map { UInt8($0 % 64 < 32 ? 0 : 255) }
        let map = draw(Prompt(), change: ChangeMap(size: size, frameSize: frame, values: values))[4]
        #expect(map[64 * side + 20] == 0)
        #expect(map[64 * side + 100] == 1)
        #expect((0.4...0.6).contains((map[64 * side + 63] + map[64 * side + 64]) / 2))
    }
}
