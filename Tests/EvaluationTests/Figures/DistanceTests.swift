import Domain
import Testing

@testable import Evaluation

@Suite("Distances")
struct DistanceTests {
    @Test("squared distances are those to the nearest target, measured one by one")
    func exact() {
        let size = FrameSize(width: 23, height: 17)
        let targets = [(3, 4), (20, 2), (11, 16), (12, 16)]
        let found = DistanceTransform.squared(size: size) { index in
            targets.contains { $0.0 == index % size.width && $0.1 == index / size.width }
        }
        for index in 0..<size.area {
            let x = index % size.width, y = index / size.width
            let distances: [Int] = targets.map { target in
                let dx = target.0 - x, dy = target.1 - y
                return dx * dx + dy * dy
            }
            #expect(found[index] == Float(distances.min() ?? 0))
        }
    }

    @Test("without a target all distances are infinite")
    func none() {
        #expect(
            DistanceTransform.squared(size: FrameSize(width: 4, height: 3)) { _ in false }.allSatisfy {
                $0 == .infinity
            })
    }

    @Test("the click lies in the middle of a disk, and away from the picture's edge in an object that touches it")
    func deepest() throws {
        let size = FrameSize(width: 60, height: 40)
        let disk = Shapes.disk(size, x: 30, y: 18, radius: 9).bitmap()
        let middle = try #require(InnerPoint.deepest(size: size) { disk[$0] != 0 })
        #expect(middle.point == Point(x: 30.5, y: 18.5))
        let wall = Shapes.rectangle(size, Region(x: 0, y: 0, width: 11, height: 40)).bitmap()
        let inside = try #require(InnerPoint.deepest(size: size) { wall[$0] != 0 })
        #expect(inside.point.x == 5.5)
        #expect(inside.depth == 6)
        #expect(InnerPoint.deepest(size: size) { _ in false } == nil)
    }
}
