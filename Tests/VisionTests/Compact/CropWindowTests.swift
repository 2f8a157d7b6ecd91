import Domain
import Testing

@testable import Vision

@Suite("Crop windows")
struct CropWindowTests {
    private let frame = FrameSize(width: 640, height: 360)

    @Test("a window near a corner is moved into the frame")
    func moved() {
        let window = CropWindow(around: Point(x: 5, y: 355), side: 100, in: frame)
        #expect(window.x == 0)
        #expect(window.region.endY == 360)
        #expect((100...104).contains(window.side))
    }

    @Test("a window wider than the frame is centred on it")
    func centred() {
        let window = CropWindow(around: Point(x: 5, y: 5), side: 600, in: frame)
        #expect(abs(window.region.center.y - 180) <= 1)
        #expect(window.x == 0)
        let largest = CropWindow(around: Point(x: 5, y: 5), side: 1e9, in: frame)
        #expect((704...730).contains(largest.side))
        #expect(abs(largest.region.center.x - 320) <= 1)
    }

    @Test("a window shows at least 24 pixels, whatever is asked for")
    func smallest() {
        #expect(CropWindow(around: Point(x: 300, y: 200), side: 3, in: frame).side == 24)
        #expect(CropWindow(around: Point(x: .nan, y: 200), side: .nan, in: frame).side >= 24)
    }

    @Test("sides of about one length are the same length")
    func ladder() {
        let sides = stride(from: 200.0, to: 400, by: 1).map {
            CropWindow(around: Point(x: 300, y: 200), side: $0, in: frame).side
        }
        #expect(Set(sides).count < 60)
        #expect(
            zip(sides, stride(from: 200.0, to: 400, by: 1)).allSatisfy { Double($0) >= $1 && Double($0) < $1 * 1.05 })
    }
}
