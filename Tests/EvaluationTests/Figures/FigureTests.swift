import Testing

@testable import Evaluation

@Suite("Figures")
struct FigureTests {
    @Test("the interval holds the mean, is as wide as the spread of the mean, and is the same in each run")
    func bootstrap() throws {
        let values = (0..<100).map { Double($0 % 10) }
        let interval = try #require(Bootstrap.interval(of: values))
        // Standard error of the mean: 2.87 / 10.
        #expect((3.85...4.05).contains(interval.low))
        #expect((4.95...5.15).contains(interval.high))
        #expect(Bootstrap.interval(of: values) == interval)
        #expect(Bootstrap.interval(of: [1]) == nil)
    }

    @Test("JSON has exactly the agreed keys")
    func json() throws {
        var image = ClickFigures.Image(name: "a", iou1: 0.5)
        image.noc85 = 3
        image.noc90 = 5
        #expect(
            try ClickFigures(images: [image]).json()
                == #"{"images":[{"iou1":0.5,"name":"a"}],"mean":{"iou1":0.5,"noc85":3,"noc90":5}}"#)
        let sequence = MaskFigures.Sequence(name: "s", j: 50, f: 60, jf: 55, frames: 9, cpuMsPerFrame: 12.5)
        #expect(
            try MaskFigures(sequences: [sequence]).json()
                == #"{"mean":{"F":60,"J":50,"JF":55},"sequences":[{"F":60,"J":50,"JF":55,"cpu_ms_per_frame":12.5,"#
                + #""frames":9,"name":"s"}]}"#)
    }

    @Test("the part of two-object pictures whose masks overlap under 0.5 counts those pictures alone")
    func overlaps() {
        func image(_ overlap: Double?) -> ClickFigures.Image {
            var image = ClickFigures.Image(name: "x", iou1: 1)
            image.overlap = overlap
            return image
        }
        #expect(ClickFigures(images: [image(0.1), image(0.5), image(0.49), image(nil)]).overlapUnderHalf == 2.0 / 3)
        #expect(ClickFigures(images: [image(nil)]).overlapUnderHalf == nil)
    }
}
