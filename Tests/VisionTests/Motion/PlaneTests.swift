import CMotion
import TestSupport
import Testing

@testable import Vision

@Suite("Reduced frames and components")
struct PlaneTests {
    @Test("reducing averages blocks", arguments: [1, 2, 3, 4, 5, 6, 8, 12])
    func reduction(factor: Int) {
        // Wide enough that vectors are full, with a rest.
        let width = 39, height = 3, stride = width * factor + 3
        var source = [UInt8](repeating: 255, count: stride * height * factor)
        for y in 0..<height * factor {
            for x in 0..<width * factor {
                // Half of each block's columns one higher, so that the mean is not whole for even factors.
                source[y * stride + x] = UInt8((y / factor) * width + x / factor) + UInt8(x % factor % 2)
            }
        }
        let target = Plane<Int16>(width: width, height: height, filledWith: -1)
        let sums = Plane<UInt32>(width: width * factor, height: 1, filledWith: 0)
        source.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            FrameReducer.reduce(
                start, stride: stride, factor: factor, into: target, sums: sums.pixels)
        }
        for index in 0..<width * height {
            let expected = Float(index) + Float(factor / 2) / Float(factor)
            #expect(abs(target.pixels[index].greyLevels - expected) < 0.01)
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

    @Test("smoothing is the mean of nine differences, the border repeated", arguments: [1, 2, 37])
    func smoothing(width: Int) {
        let height = 5
        var generator = SeededGenerator(seed: 5)
        // From the darkest to the brightest there can be.
        let range = Int16(CM_DARKEST)...Int16(CM_BRIGHTEST)
        let frame = Plane<Int16>(width: width, height: height, filledWith: 0)
        let other = Plane<Int16>(width: width, height: height, filledWith: 0)
        for index in 0..<width * height {
            frame.pixels[index] = Int16.random(in: range, using: &generator)
            other.pixels[index] = Int16.random(in: range, using: &generator)
        }
        // The largest difference there can be, all over the first two columns.
        for index in 0..<width * height where index % width < 2 {
            (frame.pixels[index], other.pixels[index]) = (range.upperBound, range.lowerBound)
        }
        let rows = Plane<Int32>(width: width + 2, height: 2, filledWith: 0)
        let smoothed = Plane<Int16>(width: width, height: height, filledWith: 0)
        let residual = Plane<Int16>(width: width, height: height, filledWith: 0)
        let alone = Plane<Int16>(width: width, height: height, filledWith: 0)
        cm_smooth_both(
            frame.pixels, other.pixels, smoothed.pixels, residual.pixels, Int32(width), Int32(height), rows.pixels)
        alone.smooth(frame, less: other, row: rows.pixels)
        for y in 0..<height {
            for x in 0..<width {
                var sum = 0, difference = 0
                for (dx, dy) in [-1, 0, 1].flatMap({ dx in [-1, 0, 1].map { (dx, $0) } }) {
                    let at = min(height - 1, max(0, y + dy)) * width + min(width - 1, max(0, x + dx))
                    sum += Int(frame.pixels[at])
                    difference += Int(frame.pixels[at]) - Int(other.pixels[at])
                }
                #expect(abs(Double(smoothed.pixels[y * width + x]) - Double(sum) / 9) <= 1)
                #expect(abs(Double(residual.pixels[y * width + x]) - Double(difference) / 9) <= 1)
                #expect(alone.pixels[y * width + x] == residual.pixels[y * width + x])
            }
        }
    }

    @Test("closing fills gaps and keeps the outline")
    func closing() {
        let width = 12, height = 9
        let flags = Plane<UInt8>(width: width, height: height, filledWith: 0)
        let wide = Plane<UInt8>(width: width, height: height, filledWith: 0)
        let closed = Plane<UInt8>(width: width, height: height, filledWith: 0)
        let row = Plane<UInt8>(width: width + 2, height: 1, filledWith: 0)
        for y in 2..<7 { for x in 2..<10 where x != 5 { flags.pixels[y * width + x] = 1 } }
        wide.dilate(flags, row: row.pixels)
        closed.erode(wide, row: row.pixels)
        for y in 0..<height {
            for x in 0..<width {
                #expect(closed.pixels[y * width + x] == ((2..<7).contains(y) && (2..<10).contains(x) ? 1 : 0))
            }
        }
    }
}
