import Domain

/// Follows what moves on its own inside larger blobs: connected moving pixels, from frame to frame, and for a while
/// after they have come to rest. Blobs stay the tracks; parts show the rules what happens within one.
final class PartTracker {
    struct Part {
        let number: Int
        /// Of the blob in which most of it lies.
        var label: UInt16
        var box: Box
        var centroid: (x: Double, y: Double)
        var area: Double
        var velocity: (x: Double, y: Double) = (0, 0)
        var lastMovedSeconds: Double
        var moves = true
        var covered = 1.0

        func movingPart(factor: Int, frameSize: FrameSize) -> MovingPart {
            let scale = Double(factor)
            return MovingPart(
                number: number,
                region: Region(
                    x: box.left * factor, y: box.top * factor, width: box.width * factor, height: box.height * factor
                ).clamped(to: frameSize),
                centroid: Point(x: centroid.x * scale, y: centroid.y * scale), area: area * scale * scale,
                moves: moves, covered: covered)
        }
    }

    /// More moving parts than this are a crowd, in which none can be followed.
    private static let maxParts = 12
    /// How long a part at rest is remembered.
    private static let restSeconds = 1.6

    private(set) var parts: [Part] = []
    /// Those seen in this frame that no part has claimed yet, the largest first. Kept, as the other buffers.
    private var free: [Part] = []
    private var candidates: [Int] = []
    private var order: [Int] = []
    /// Pixels of one component per label.
    private var votes: [Int]
    private var components = Components()
    private let flags: Plane<UInt8>
    private let widened: Plane<UInt8>
    private let row: Plane<UInt8>
    private var lastNumber = 0
    private var lastSeconds: Double?
    private let width: Int
    private let height: Int

    init(width: Int, height: Int, maxTracks: Int) {
        votes = Array(repeating: 0, count: maxTracks + 1)
        self.width = width
        self.height = height
        flags = Plane(width: width, height: height, filledWith: 0)
        widened = Plane(width: width, height: height, filledWith: 0)
        row = Plane(width: width + 2, height: 1, filledWith: 0)
    }

    func reset() { parts.removeAll(keepingCapacity: true) }

    /// Gives a track the parts within its blob that are clearly less than the blob.
    func fill(_ track: inout BlobTrack) {
        track.parts.removeAll(keepingCapacity: true)
        for part in parts where part.label == track.label && part.area < 0.7 * track.area { track.parts.append(part) }
    }

    func update(_ core: MotionCore, labels: Plane<UInt16>, seconds: Double) {
        let elapsed = max(BlobTrack.shortestSeconds, seconds - (lastSeconds ?? seconds))
        lastSeconds = seconds
        // A still scene, the usual one, costs nothing.
        guard !core.kept.isEmpty || !parts.isEmpty else { return }
        findMoving(core, labels: labels)
        candidates.removeAll(keepingCapacity: true)
        for index in components.list.indices where components.list[index].area >= max(10, core.minArea / 2) {
            candidates.append(index)
        }
        candidates.sort {
            let a = components.list[$0].area, b = components.list[$1].area
            return a == b ? $0 < $1 : a > b
        }
        if candidates.count > Self.maxParts { candidates.removeLast(candidates.count - Self.maxParts) }
        free.removeAll(keepingCapacity: true)
        for index in candidates { free.append(part(components.list[index], labels: labels, seconds: seconds)) }
        // The largest choose first; what can't be found any more has stopped or is gone.
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: parts.indices)
        order.sort { (parts[$1].area, parts[$0].number) < (parts[$0].area, parts[$1].number) }
        for index in order {
            guard let found = nearest(to: parts[index], elapsed: elapsed) else {
                stop(index, core, labels: labels)
                continue
            }
            follow(index, free.remove(at: found), elapsed: elapsed)
        }
        parts.removeAll { seconds - $0.lastMovedSeconds > Self.restSeconds }
        for part in free where parts.count < 2 * Self.maxParts { parts.append(part) }
    }

    /// Connected moving pixels in front of the background; pixels a step apart belong together.
    private func findMoving(_ core: MotionCore, labels: Plane<UInt16>) {
        flags.clear()
        for index in core.kept {
            for run in core.components.runs[core.components.list[index].runs] {
                let start = Int(run.row) * width
                for pixel in start + Int(run.start)..<start + Int(run.end) where labels.pixels[pixel] != 0 {
                    flags.pixels[pixel] = core.moving.pixels[pixel]
                }
            }
        }
        widened.dilate(flags, row: row.pixels)
        components.label(widened.pixels, width: width, height: height)
    }

    private func part(_ component: Component, labels: Plane<UInt16>, seconds: Double) -> Part {
        var sumX = 0, sumY = 0
        for label in votes.indices { votes[label] = 0 }
        for run in components.runs[component.runs] {
            let count = Int(run.end - run.start)
            sumX += Int(run.start + run.end - 1) * count / 2
            sumY += Int(run.row) * count
            votes[Int(labels.pixels[Int(run.row) * width + Int(run.start + run.end) / 2])] += count
        }
        // The one with most pixels, of equals the first.
        var label = 0
        for other in 1..<votes.count where votes[other] > (label == 0 ? 0 : votes[label]) { label = other }
        let area = Double(max(1, component.area))
        lastNumber += 1
        return Part(
            number: lastNumber, label: UInt16(label), box: component.box,
            centroid: (Double(sumX) / area + 0.5, Double(sumY) / area + 0.5), area: area, lastMovedSeconds: seconds)
    }

    private func nearest(to part: Part, elapsed: Double) -> Int? {
        let x = part.centroid.x + (part.moves ? part.velocity.x * elapsed : 0)
        let y = part.centroid.y + (part.moves ? part.velocity.y * elapsed : 0)
        let size = Double(max(part.box.width, part.box.height))
        var best: (index: Int, distance: Double)?
        for (index, candidate) in free.enumerated() {
            let ratio = candidate.area / part.area
            guard ratio > 0.25, ratio < 4 else { continue }
            let dx = candidate.centroid.x - x, dy = candidate.centroid.y - y
            let distance = (dx * dx + dy * dy).squareRoot()
            let reach = (part.moves ? 0.8 : 0.4) * max(size, Double(max(candidate.box.width, candidate.box.height))) + 3
            if distance <= reach, distance < best?.distance ?? .infinity { best = (index, distance) }
        }
        return best?.index
    }

    private func follow(_ index: Int, _ found: Part, elapsed: Double) {
        let before = parts[index]
        parts[index] = Part(
            number: before.number, label: found.label, box: found.box, centroid: found.centroid, area: found.area,
            velocity: (
                (found.centroid.x - before.centroid.x) / elapsed, (found.centroid.y - before.centroid.y) / elapsed
            ), lastMovedSeconds: found.lastMovedSeconds)
    }

    private func stop(_ index: Int, _ core: MotionCore, labels: Plane<UInt16>) {
        let box = parts[index].box
        var covered = 0
        for y in max(0, box.top)...min(height - 1, max(box.top, box.bottom)) {
            for x in max(0, box.left)...min(width - 1, max(box.left, box.right))
            where labels.pixels[y * width + x] != 0 { covered += 1 }
        }
        parts[index].moves = false
        parts[index].velocity = (0, 0)
        parts[index].covered = Double(covered) / Double(max(1, box.area))
    }
}
