import Testing

@testable import Vision

@Suite("Reduced frames and components")
struct PlaneTests {
    @Test("reducing averages blocks", arguments: [1, 2, 3, 4, 5])
    func reduction(factor: Int) {
        let width = 6, height = 4, stride = width * factor + 3
        var source = [UInt8](repeating: 255, count: stride * height * factor)
        for y in 0..<height * factor {
            for x in 0..<width * factor {
                // Half of each block's columns one higher, so that the mean is not whole for even factors.
                source[y * stride + x] = UInt8((y / factor) * width + x / factor) * 4 + UInt8(x % factor % 2)
            }
        }
        let target = Plane<Float>(width: width, height: height, filledWith: -1)
        let sums = Plane<UInt16>(width: width * factor, height: 1, filledWith: 0)
        source.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            FrameReducer.reduce(
                start, stride: stride, factor: factor, into: target.pixels, width: width, height: height,
                sums: sums.pixels)
        }
        for index in 0..<width * height {
            let expected = Float(index * 4) + Float(factor / 2) / Float(factor)
            #expect(abs(target.pixels[index] - expected) < 0.001)
        }
    }

    @Test("the factor brings any frame near the wanted width")
    func factors() {
        #expect(
            [200, 320, 640, 768, 1280, 1920, 3840].map { FrameReducer.factor(width: $0, target: 320) }
                == [1, 1, 2, 2, 4, 6, 12])
    }

    @Test("components join around corners and hold their pixels once")
    func components() {
        let rows = [
            "#...#.....", "#...#..#..", "#####...#.", ".........#", "##........", "..##......",
        ]
        let flags = rows.joined().map { $0 == "#" ? UInt8(3) : 0 }
        var components = Components()
        flags.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            components.label(start, width: 10, height: 6)
        }
        let found = components.list.map { [$0.left, $0.top, $0.right, $0.bottom, $0.area, $0.strong] }
        #expect(Set(found) == [[0, 0, 4, 2, 9, 9], [7, 1, 9, 3, 3, 3], [0, 4, 3, 5, 4, 4]])
        for component in components.list {
            let pixels = components.runs[component.runs].reduce(0) { $0 + Int($1.end - $1.start) }
            #expect(pixels == component.area)
        }
    }

    @Test("a frame with more runs than fit is cut off, not overrun")
    func overflow() {
        let flags = (0..<400).map { UInt8($0 % 2) }
        var components = Components(maxRuns: 20)
        flags.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            components.label(start, width: 40, height: 10)
        }
        #expect(components.overflowed)
        #expect(components.runs.count == 20)
    }

    @Test("closing fills gaps and keeps the outline")
    func closing() {
        let width = 12, height = 9
        var flags = [UInt8](repeating: 0, count: width * height)
        for y in 2..<7 { for x in 2..<10 where x != 5 { flags[y * width + x] = 1 } }
        var wide = flags, closed = flags, row = [UInt8](repeating: 0, count: width)
        PlaneFilters.morph3(flags, into: &wide, width: width, height: height, dilating: true, row: &row)
        PlaneFilters.morph3(wide, into: &closed, width: width, height: height, dilating: false, row: &row)
        for y in 0..<height {
            for x in 0..<width {
                #expect(closed[y * width + x] == ((2..<7).contains(y) && (2..<10).contains(x) ? 1 : 0))
            }
        }
    }
}
