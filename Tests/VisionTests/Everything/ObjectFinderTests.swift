import Domain
import Media
import Synchronization
import TestSupport
import Testing

@testable import Vision

/// Objects that are known beforehand, and a family that finds them with known faults.
@Suite("Finding every object of a frame")
struct ObjectFinderTests {
    private static let size = FrameSize(width: 320, height: 180)
    private let frame: VideoFrame

    init() throws {
        let pixels = [UInt8](repeating: 90, count: Self.size.area * 3)
        frame = try VideoFrame(image: RGBImage(size: Self.size, pixels: pixels))
    }

    private static func mask(_ region: Region) -> Mask {
        var pixels = [UInt8](repeating: 0, count: size.area)
        for y in region.y..<region.endY {
            for x in region.x..<region.endX { pixels[y * size.width + x] = 1 }
        }
        return Mask(size: size, bitmap: pixels)
    }

    /// Answers a click with the thing under it, a box with the thing that it overlaps most.
    private final class Things: SegmentationFamily, SegmentationSession {
        struct Thing {
            var region: Region
            var iou = 0.9
            /// Only a click left of this finds it as it is.
            var onlyLeftOf = Double.infinity
        }

        let name = "things"
        private let things: [Thing]
        private let asked = Mutex<[Prompt]>([])

        init(_ things: [Thing]) { self.things = things }

        var prompts: [Prompt] { asked.withLock { $0 } }

        func makeSession() throws -> any SegmentationSession { self }

        func start(_: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate] {
            asked.withLock { $0.append(prompt) }
            if let box = prompt.box {
                guard let thing = things.max(by: { $0.region.iou(box) < $1.region.iou(box) }) else { return [] }
                return [MaskCandidate(mask: ObjectFinderTests.mask(thing.region), predictedIoU: thing.iou)]
            }
            guard let point = prompt.positive.first, let thing = things.first(where: { $0.region.contains(point) })
            else {
                // The whole floor, of which the network is sure.
                return [MaskCandidate(mask: ObjectFinderTests.mask(size.bounds), predictedIoU: 0.95)]
            }
            let region = point.x < thing.onlyLeftOf ? thing.region : Region(x: 0, y: 0, width: 20, height: 20)
            return [MaskCandidate(mask: ObjectFinderTests.mask(region), predictedIoU: thing.iou)]
        }

        func choose(_: Int) async throws {}
        func step(_: VideoFrame, change: ChangeMap?, hint: Region?) async throws -> MaskObservation { .lost }
        func correct(_: VideoFrame, prompt: Prompt) async throws -> [MaskCandidate] { [] }
    }

    private static let barrel = Region(x: 40, y: 60, width: 50, height: 70)
    private static let box = Region(x: 200, y: 20, width: 80, height: 60)

    @Test("each object is found once, best first, and the floor is none")
    func found() async throws {
        let things = Things([.init(region: Self.barrel, iou: 0.8), .init(region: Self.box)])
        let found = try await ObjectFinder(things).everything(in: frame)
        #expect(found.objects.map(\.mask.boundingRegion) == [Self.box, Self.barrel] && found.isComplete)
        let object = try #require(found.objects.first)
        #expect(object.predictedIoU == 0.9 && object.stability == 1 && object.candidate == 0)
        // The prompt is one that leads there again.
        #expect(Self.box.contains(try #require(object.prompt.positive.first)))
        // Inside what is found nothing is asked again: only its first point and its middle are.
        #expect(things.prompts.filter { $0.positive.first.map(Self.box.contains) ?? false }.count == 2)
    }

    @Test("what the network doubts, and what only some points of an object give, is left out")
    func doubted() async throws {
        let things = Things([
            .init(region: Self.barrel, iou: 0.5), .init(region: Self.box, onlyLeftOf: Self.box.center.x - 5),
        ])
        #expect(try await ObjectFinder(things).everything(in: frame).objects.isEmpty)
    }

    @Test("specks are left out, and no more than so many are given")
    func bounded() async throws {
        var settings = ObjectFinder.Settings()
        settings.most = 1
        let things = Things([
            .init(region: Self.barrel, iou: 0.8), .init(region: Self.box),
            .init(region: Region(x: 10, y: 10, width: 4, height: 4), iou: 1),
        ])
        let found = try await ObjectFinder(things, settings: settings).everything(in: frame)
        #expect(found.objects.map(\.mask.boundingRegion) == [Self.box])
    }

    @Test("when the time is over it ends with what it has, and says so")
    func late() async throws {
        let clock = ManualClock()
        var settings = ObjectFinder.Settings()
        settings.timeLimitSeconds = 1
        let finder = ObjectFinder(Things([.init(region: Self.box)]), settings: settings, clock: clock)
        let found = try await finder.everything(in: frame) { _ in clock.advance(seconds: 0.4) }
        #expect(!found.isComplete)
    }

    @Test("its progress goes from nothing to all")
    func progress() async throws {
        let fractions = Mutex<[Double]>([])
        _ = try await ObjectFinder(Things([])).everything(in: frame) { step in
            fractions.withLock { $0.append(step.fraction) }
        }
        let seen = fractions.withLock { $0 }
        #expect(seen.first == 0 && seen.last == 1 && seen == seen.sorted() && seen.count == 16 * 9 + 1)
    }

    @Test("a cancelled task ends it")
    func cancelled() async {
        let task = Task { [frame] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await ObjectFinder(Things([])).everything(in: frame)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("a box gives what fills it; one beside the thing, a second one of it and one outside the frame give nothing")
    func boxes() async throws {
        let finder = ObjectFinder(Things([.init(region: Self.barrel), .init(region: Self.box)]))
        let boxes = [
            Self.box.expanded(by: 6), Region(x: 250, y: 120, width: 60, height: 50), Self.box.expanded(by: -3),
            Region(x: 400, y: 20, width: 10, height: 10), Self.barrel,
        ]
        let found = try await finder.objects(in: boxes, of: frame)
        #expect(found.map { $0?.mask.boundingRegion } == [Self.box, nil, nil, nil, Self.barrel])
        #expect(found.first??.prompt == Prompt(box: Self.box.expanded(by: 6)))
    }

    @Test("the grid begins with points that lie far apart, and has each once")
    func grid() {
        let points = GridOrder.points(16, in: Self.size)
        #expect(points.count == 16 * 9 && Set(points).count == points.count)
        let first = points.prefix(4)
        for (index, point) in first.enumerated() {
            #expect(first.dropFirst(index + 1).allSatisfy { $0.distance(to: point) >= 150 })
        }
        #expect(GridOrder.points(16, in: FrameSize(width: 1, height: 4000)).count == 16)
    }

    @Test("the middle of a mask lies inside it, far from its edge, whatever its shape")
    func middle() throws {
        #expect(try #require(MaskMiddle.of(Self.mask(Self.box))).distance(to: Self.box.center) < 4)
        // A ring: its centroid lies in the hole.
        let outer = Self.mask(Self.box).bitmap(value: 1), hole = Self.mask(Self.box.expanded(by: -12)).bitmap(value: 1)
        let ring = Mask(size: Self.size, bitmap: zip(outer, hole).map { $1 == 0 ? $0 : 0 })
        #expect(ring.contains(try #require(MaskMiddle.of(ring))))
        let speck = Self.mask(Region(x: 319, y: 179, width: 1, height: 1))
        #expect(MaskMiddle.of(speck) == Point(x: 319.5, y: 179.5))
        #expect(MaskMiddle.of(Mask(empty: Self.size)) == nil)
        var diagonal = [UInt8](repeating: 0, count: Self.size.area)
        for y in 0..<180 { diagonal[y * 320 + y] = 1 }
        let thin = Mask(size: Self.size, bitmap: diagonal)
        #expect(thin.contains(try #require(MaskMiddle.of(thin))))
    }
}
