import Domain
import Foundation
import Testing

@Suite("Geometry")
struct GeometryTests {
    @Test("intersection over union of two regions")
    func regionIoU() {
        let a = Region(x: 0, y: 0, width: 10, height: 10)
        #expect(a.iou(a) == 1)
        #expect(a.iou(Region(x: 5, y: 0, width: 10, height: 10)) == 50.0 / 150.0)
        #expect(a.iou(Region(x: 10, y: 0, width: 10, height: 10)) == 0)
        #expect(a.iou(Region(x: 0, y: 0, width: 0, height: 0)) == 0)
    }

    @Test("a union ignores empty regions")
    func regionUnion() {
        let a = Region(x: 4, y: 5, width: 6, height: 7)
        #expect(a.union(Region(x: 0, y: 0, width: 0, height: 0)) == a)
        #expect(a.union(Region(x: 0, y: 20, width: 2, height: 2)) == Region(x: 0, y: 5, width: 10, height: 17))
    }

    @Test("regions and points are JSON arrays")
    func jsonForms() throws {
        let region = Region(x: 1, y: 2, width: 3, height: 4)
        #expect(String(decoding: try JSONEncoder().encode(region), as: UTF8.self) == "[1,2,3,4]")
        let zone = try JSONDecoder().decode(
            Zone.self,
            from: Data(#"{"name":"Aisle","kind":"walkway","polygon":[[0,0],[0.5,0],[0.5,1],[0,1]]}"#.utf8))
        let size = FrameSize(width: 640, height: 360)
        #expect(zone.contains(Point(x: 100, y: 100), in: size))
        #expect(!zone.contains(Point(x: 400, y: 100), in: size))
    }

    @Test("a region measured in one stream lies at the same place in the other")
    func scaledRegion() {
        let scaled = Region(x: 10, y: 20, width: 30, height: 40)
            .scaled(from: FrameSize(width: 640, height: 360), to: FrameSize(width: 1280, height: 720))
        #expect(scaled == Region(x: 20, y: 40, width: 60, height: 80))
    }

    @Test("a concave polygon knows its inside and its area")
    func concavePolygon() {
        let corner = Polygon(points: [(0, 0), (4, 0), (4, 1), (1, 1), (1, 4), (0, 4)].map { Point(x: $0.0, y: $0.1) })
        #expect(corner.area == 7)
        #expect(corner.contains(Point(x: 3, y: 0.5)))
        #expect(!corner.contains(Point(x: 3, y: 3)))
    }

    @Test("times of different epochs are ordered but have no distance")
    func mediaTimeEpochs() {
        let before = MediaTime(epoch: 0, seconds: 100)
        let after = MediaTime(epoch: 1, seconds: 2)
        #expect(before < after)
        #expect(after.seconds(since: before) == nil)
        #expect(before.advanced(bySeconds: -0.5).seconds(since: before) == -0.5)
    }
}
