import Domain
import Foundation
import TestSupport
import Testing

@Suite("Run-length masks")
struct MaskTests {
    private let size = FrameSize(width: 4, height: 3)

    /// Pixels of a 4x3 picture, row by row, `#` inside.
    private func mask(_ rows: String) -> Mask {
        Mask(size: size, bitmap: rows.filter { !$0.isWhitespace }.map { $0 == "#" ? 1 : 0 })
    }

    @Test(
        "a bitmap comes back as it was",
        arguments: ["....  ....  ....", "####  ####  ####", "#..#  ..##  #..#", "....  ....  ...#"])
    func roundTrip(_ rows: String) {
        let mask = mask(rows)
        #expect(mask.bitmap(value: 1) == rows.filter { !$0.isWhitespace }.map { $0 == "#" ? 1 : 0 })
        #expect(mask.counts.reduce(0, +) == 12)
    }

    @Test("area, bounds and centroid")
    func measures() {
        let mask = mask(".##.  .##.  ....")
        #expect(mask.area == 4)
        #expect(mask.boundingRegion == Region(x: 1, y: 0, width: 2, height: 2))
        #expect(mask.centroid == Point(x: 2, y: 1))
        #expect(mask.contains(Point(x: 1.5, y: 1.5)))
        #expect(!mask.contains(Point(x: 0.5, y: 0.5)))
        #expect(!mask.contains(Point(x: -1, y: 0)))
    }

    @Test("an empty mask has no centroid and an empty bounding region")
    func empty() {
        let mask = Mask(empty: size)
        #expect(mask.isEmpty)
        #expect(mask.centroid == nil)
        #expect(mask.boundingRegion.isEmpty)
        #expect(mask.iou(mask) == 0)
    }

    @Test("overlap counts the common pixels")
    func overlap() {
        let a = mask("##..  ##..  ....")
        let b = mask(".##.  .##.  ....")
        #expect(a.intersectionArea(b) == 2)
        #expect(a.iou(b) == 2.0 / 6.0)
        #expect(a.iou(a) == 1)
        #expect(a.iou(Mask(empty: FrameSize(width: 2, height: 2))) == 0)
    }

    @Test("overlap agrees with counting pixel by pixel on random masks")
    func overlapOfRandomMasks() {
        var generator = SeededGenerator(seed: 7)
        let size = FrameSize(width: 31, height: 17)
        for _ in 0..<50 {
            let a = (0..<size.area).map { _ in UInt8.random(in: 0...1, using: &generator) }
            let b = (0..<size.area).map { _ in UInt8.random(in: 0...1, using: &generator) }
            let expected = zip(a, b).count { $0 == 1 && $1 == 1 }
            #expect(Mask(size: size, bitmap: a).intersectionArea(Mask(size: size, bitmap: b)) == expected)
        }
    }

    @Test("runs that don't fill the picture are refused, also in JSON")
    func badRuns() throws {
        #expect(throws: MaskError.badRuns(total: 11, size: size)) { try Mask(size: size, counts: [3, 8]) }
        #expect(throws: MaskError.self) {
            try JSONDecoder().decode(Mask.self, from: Data(#"{"size":[4,3],"counts":[13]}"#.utf8))
        }
        #expect(try JSONDecoder().decode(Mask.self, from: Data(#"{"size":[4,3],"counts":[2,10]}"#.utf8)).area == 10)
    }
}
