import Domain
import Testing

@testable import Evaluation

/// The expected values come from a separate implementation of davis2017-evaluation's formulas (numpy, scipy).
@Suite("J and F")
struct SimilarityTests {
    private let size = FrameSize(width: 160, height: 120)

    private func expect(
        _ found: Mask, _ truth: Mask, j: Double, f: Double, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(abs(RegionSimilarity.j(found, truth) - j) < 1e-9, sourceLocation: location)
        #expect(abs(BoundarySimilarity.f(found, truth) - f) < 1e-9, sourceLocation: location)
    }

    @Test("disks, objects in a corner and at the edge, a larger picture")
    func shapes() {
        let found = Shapes.disk(size, x: 60, y: 50, radius: 30), truth = Shapes.disk(size, x: 64, y: 52, radius: 28)
        expect(found, truth, j: 0.8043106397536778, f: 0.47457627118644063)
        let withCorner = Shapes.union(truth, Shapes.rectangle(size, Region(x: 140, y: 100, width: 20, height: 20)))
        expect(found, withCorner, j: 0.7074932290099308, f: 0.43664717348927873)
        let withEdge = Shapes.union(found, Shapes.disk(size, x: 130, y: 110, radius: 25))
        expect(withEdge, withCorner, j: 0.5918139118765376, f: 0.3697958858448095)
        let large = FrameSize(width: 400, height: 300)
        expect(
            Shapes.disk(large, x: 100, y: 100, radius: 60), Shapes.disk(large, x: 103, y: 101, radius: 62),
            j: 0.9230769230769231, f: 0.7754569190600522)
    }

    @Test("equal masks score 1, nothing found of something 0, nothing of nothing 1")
    func limits() {
        let mask = Shapes.disk(size, x: 60, y: 50, radius: 30), empty = Mask(empty: size)
        expect(mask, mask, j: 1, f: 1)
        expect(empty, mask, j: 0, f: 0)
        expect(mask, empty, j: 0, f: 0)
        expect(empty, empty, j: 1, f: 1)
    }
}
