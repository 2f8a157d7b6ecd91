public import Domain
public import Media

/// An object that was found without a person's click, with the prompt that leads to it again.
public struct FoundObject: Hashable, Sendable {
    /// What the network was asked; in the same frame it gives the same candidates.
    public var prompt: Prompt
    /// Which of that prompt's candidates this is.
    public var candidate: Int
    public var mask: Mask
    /// The network's own estimate of the mask's IoU, 0 to 1.
    public var predictedIoU: Double
    /// IoU with what a click in the mask's middle gives, 0 to 1: whether it is an object or a whim of the first prompt.
    public var stability: Double
}

/// Finds the objects of a frame by a grid of clicks, as SAM's automatic masks do (Kirillov et al. 2023,
/// <https://arxiv.org/abs/2304.02643>, section 5 and appendix B), or by boxes that somebody else gives.
///
/// Works with every family by its sessions alone. SAM measures a mask's stability by moving the threshold of its logits,
/// which sessions don't show; here it is measured by a second click in the middle of the mask, which finds masks that only
/// one lucky point gives. Grid points inside an object that was found already are left out, so that a full frame costs a
/// fraction of the grid. The frame is not cut into overlapping crops as SAM's finder does: the compact network looks at
/// windows of four sizes around each click anyway.
public struct ObjectFinder: Sendable {
    public struct Settings: Hashable, Sendable {
        /// Clicks along the frame's longer side; the other side has as many as its length asks for.
        public var gridPoints = 16
        public var lowestIoU = 0.6
        public var lowestStability = 0.7
        /// Masks that overlap more than this are one object.
        public var sameOverlap = 0.5
        /// Parts of the frame's area that an object has at least and at most.
        public var smallestPart = 0.0004
        public var largestPart = 0.4
        /// So many objects at most, the best ones.
        public var most = 80
        /// After so many seconds it ends with what it has; nil: when it is through.
        public var timeLimitSeconds: Double?

        public init() {}
    }

    public struct Progress: Hashable, Sendable {
        /// 0 to 1.
        public var fraction: Double
        /// Objects so far.
        public var objects: Int
    }

    public struct Found: Hashable, Sendable {
        /// Best first.
        public var objects: [FoundObject]
        /// False when the time was over before all places were looked at.
        public var isComplete: Bool
    }

    private let family: any SegmentationFamily
    private let settings: Settings
    private let clock: any WallClock

    public init(_ family: any SegmentationFamily, settings: Settings = Settings(), clock: any WallClock = SystemClock())
    {
        self.family = family
        self.settings = settings
        self.clock = clock
    }

    /// Looks everywhere in a frame.
    /// - Throws: `VisionError`, or `CancellationError` when the task was cancelled.
    public func everything(
        in frame: VideoFrame, progress: (Progress) -> Void = { _ in }
    ) async throws -> Found {
        // Hundreds of prompts: they are the program's own, and go to the network that answers fast.
        let session = try family.makeAutomaticSession()
        let points = GridOrder.points(settings.gridPoints, in: frame.size)
        let end = settings.timeLimitSeconds.map { clock.monotonicSeconds() + $0 }
        var kept: [FoundObject] = [], isComplete = true
        for (index, point) in points.enumerated() {
            try Task.checkCancellation()
            if let end, clock.monotonicSeconds() > end {
                isComplete = false
                break
            }
            progress(Progress(fraction: Double(index) / Double(points.count), objects: kept.count))
            if kept.contains(where: { $0.mask.contains(point) }) { continue }
            let prompt = Prompt.click(point)
            let candidates = try await session.start(frame, prompt: prompt, change: nil)
            for (number, candidate) in candidates.enumerated() where isPlausible(candidate) {
                // A known object, met from another side, needs no second look.
                guard !kept.contains(where: { $0.mask.iou(candidate.mask) > settings.sameOverlap }) else { continue }
                let stability = try await stability(of: candidate.mask, frame, session)
                guard stability >= settings.lowestStability else { continue }
                kept.append(
                    FoundObject(
                        prompt: prompt, candidate: number, mask: candidate.mask, predictedIoU: candidate.predictedIoU,
                        stability: stability))
                break
            }
        }
        progress(Progress(fraction: 1, objects: kept.count))
        return Found(objects: best(kept), isComplete: isComplete)
    }

    /// Looks into boxes: each is a prompt, and what it gives must be an object that fills the box.
    /// - Parameter boxes: In pixels; what lies outside the frame is cut off.
    /// - Returns: In the boxes' order, nil where a box holds nothing, or what another one holds already.
    public func objects(in boxes: [Region], of frame: VideoFrame) async throws -> [FoundObject?] {
        let session = try family.makeSession()
        var found: [FoundObject?] = []
        for box in boxes {
            try Task.checkCancellation()
            let box = box.clamped(to: frame.size)
            guard !box.isEmpty else {
                found.append(nil)
                continue
            }
            let prompt = Prompt(box: box)
            let candidates = try await session.start(frame, prompt: prompt, change: nil)
            let fitting = candidates.enumerated().first { _, candidate in
                isPlausible(candidate, largestPart: 0.9) && candidate.mask.boundingRegion.iou(box) >= Self.boxOverlap
            }
            // What another box holds already is not there twice, in the guise of its second candidate either.
            guard let (number, candidate) = fitting,
                !found.contains(where: { $0.map { $0.mask.iou(candidate.mask) > settings.sameOverlap } ?? false })
            else {
                found.append(nil)
                continue
            }
            found.append(
                FoundObject(
                    prompt: prompt, candidate: number, mask: candidate.mask, predictedIoU: candidate.predictedIoU,
                    stability: candidate.mask.boundingRegion.iou(box)))
        }
        return found
    }

    /// IoU that a mask's region has with its box at least: below it the box lies beside the thing. Models draw boxes wide: one
    /// with half a side more on each axis than the thing still counts.
    private static let boxOverlap = 0.25

    private func isPlausible(_ candidate: MaskCandidate, largestPart: Double? = nil) -> Bool {
        let part = Double(candidate.mask.area) / Double(max(1, candidate.mask.size.area))
        return candidate.predictedIoU >= settings.lowestIoU && part >= settings.smallestPart
            && part <= largestPart ?? settings.largestPart
    }

    private func stability(
        of mask: Mask, _ frame: VideoFrame, _ session: any SegmentationSession
    ) async throws -> Double {
        guard let middle = MaskMiddle.of(mask) else { return 0 }
        let again = try await session.start(frame, prompt: .click(middle), change: nil)
        return again.map { $0.mask.iou(mask) }.max() ?? 0
    }

    /// The best ones; of those that overlap only the better one.
    private func best(_ objects: [FoundObject]) -> [FoundObject] {
        var kept: [FoundObject] = []
        for object in objects.sorted(by: { $0.predictedIoU * $0.stability > $1.predictedIoU * $1.stability })
        where kept.count < settings.most {
            if !kept.contains(where: { $0.mask.iou(object.mask) > settings.sameOverlap }) { kept.append(object) }
        }
        return kept
    }
}

/// The points of a grid, coarse ones first, so that whoever stops early has looked everywhere.
enum GridOrder {
    static func points(_ along: Int, in size: FrameSize) -> [Point] {
        let longer = Double(max(size.width, size.height)), step = longer / Double(max(1, along))
        let columns = max(1, Int((Double(size.width) / step).rounded()))
        let rows = max(1, Int((Double(size.height) / step).rounded()))
        /// The lower, the coarser the grid that this point belongs to.
        func level(_ column: Int, _ row: Int) -> Int { -min(10, (column | row).trailingZeroBitCount) }
        let width = Double(size.width) / Double(columns), height = Double(size.height) / Double(rows)
        var levels: [Int: [Point]] = [:]
        for row in 0..<rows {
            for column in 0..<columns {
                let point = Point(x: (Double(column) + 0.5) * width, y: (Double(row) + 0.5) * height)
                levels[level(column, row), default: []].append(point)
            }
        }
        return levels.keys.sorted().flatMap { levels[$0] ?? [] }
    }
}

/// The point of a mask that is farthest from its edge, to within a 48th of its size.
enum MaskMiddle {
    private static let most = 48

    static func of(_ mask: Mask) -> Point? {
        let region = mask.boundingRegion
        guard !region.isEmpty else { return nil }
        let columns = min(most, region.width), rows = min(most, region.height)
        let xs = (0..<columns).map { region.x + (2 * $0 + 1) * region.width / (2 * columns) }
        let ys = (0..<rows).map { region.y + (2 * $0 + 1) * region.height / (2 * rows) }
        // A cell counts as inside when the pixel in its middle is; a border of cells outside lies around them.
        let stride = columns + 2
        var inside = [Bool](repeating: false, count: stride * (rows + 2))
        let rowAt = Dictionary(uniqueKeysWithValues: zip(ys, 0..<rows))
        mask.forEachRowRun { y, x, length in
            guard let row = rowAt[y] else { return }
            for column in 0..<columns where xs[column] >= x && xs[column] < x + length {
                inside[(row + 1) * stride + column + 1] = true
            }
        }
        // City-block distance to the nearest cell outside, in two sweeps.
        var distance = inside.map { $0 ? Int.max / 2 : 0 }
        for index in distance.indices where inside[index] {
            distance[index] = min(distance[index - 1], distance[index - stride]) + 1
        }
        for index in distance.indices.reversed() where inside[index] {
            distance[index] = min(distance[index], distance[index + 1] + 1, distance[index + stride] + 1)
        }
        guard let best = distance.indices.max(by: { distance[$0] < distance[$1] }), distance[best] > 0 else {
            return someRunsMiddle(mask)
        }
        return Point(x: Double(xs[best % stride - 1]) + 0.5, y: Double(ys[best / stride - 1]) + 0.5)
    }

    /// For a mask so thin that no cell's middle lies on it.
    private static func someRunsMiddle(_ mask: Mask) -> Point? {
        var middle: Point?
        mask.forEachRowRun { y, x, length in
            if middle == nil { middle = Point(x: Double(x) + Double(length) / 2, y: Double(y) + 0.5) }
        }
        return middle
    }
}
