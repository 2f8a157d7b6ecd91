import CMotion
import Domain

/// How changed parts of the frame become tracks.
public struct TrackerSettings: Hashable, Sendable {
    /// Tracks followed at once; further blobs wait until one ends.
    public var maxTracks = 48
    /// A track that moved is given up after it was not seen for this long, in seconds.
    public var lostSeconds = 1.0
    /// A pixel that did not change for this long belongs to something at rest, in seconds.
    public var settleSeconds = 0.6
    /// How far beyond its predicted place a track is looked for, in its own sizes per 0.1 s.
    public var reach = 1.5

    public init() {}
}

/// Follows the motion detector's blobs at the camera's frame rate. A falling box keeps one track from leaving to rest;
/// the place it left is a track of its own; what came to rest keeps its pixels when others pass in front.
final class BlobTracker {
    private(set) var tracks: [BlobTrack] = []
    /// Tracks that ended in this frame and had been reported.
    private(set) var ended: [BlobTrack] = []
    /// Per grid pixel the label of the track it shows, 0 for none.
    let labels: Plane<UInt16>
    private let settings: TrackerSettings
    private let motionSettings: MotionSettings
    private let layer: SettledLayer
    /// Labels and areas of the last moments, the oldest first.
    private var past: [(labels: Plane<UInt16>, areas: Plane<Int>)] = []
    private var spare: [(labels: Plane<UInt16>, areas: Plane<Int>)] = []
    /// Pixels per label.
    private let areas: Plane<Int>
    private var measures: [BlobMeasure]
    private var overlaps: [Int32] = []
    private var blobs: [Association.Candidate] = []
    private var association = Association()
    /// Per blob the indices of the tracks that share it. Longer than there are blobs.
    private var shares: [[Int]] = []
    /// Of the tracks that share a blob, those that may take its pixels.
    private var active: [ActiveTrack] = []
    /// Per label whether its track is at rest.
    private var isResting: [Bool]
    private let parts: PartTracker
    private let outlines = OutlineGauge()
    private let ids: TrackNumbers
    let width: Int
    let height: Int

    init(width: Int, height: Int, settings: TrackerSettings, motion: MotionSettings, ids: TrackNumbers) {
        self.ids = ids
        self.width = width
        self.height = height
        self.settings = settings
        motionSettings = motion
        labels = Plane(width: width, height: height, filledWith: 0)
        layer = SettledLayer(width: width, height: height)
        parts = PartTracker(width: width, height: height, maxTracks: settings.maxTracks)
        areas = Plane(width: settings.maxTracks + 1, height: 1, filledWith: 0)
        measures = Array(repeating: BlobMeasure(), count: settings.maxTracks + 1)
        isResting = Array(repeating: false, count: settings.maxTracks + 1)
    }

    /// Ends all tracks: the scene was learned anew.
    func reset() {
        ended = tracks.filter(\.wasReported)
        tracks.removeAll()
        labels.clear()
        layer.reset()
        parts.reset()
        past.removeAll()
    }

    /// Takes over the tracks that ended with the tracker before it and are not reported yet.
    func inheritEnded(_ tracks: [BlobTrack]) { ended = tracks }

    /// Nothing can be seen in this frame; the tracks wait.
    func pause() {
        ended.removeAll()
        for index in tracks.indices { tracks[index].isSeen = false }
    }

    func update(_ core: MotionCore, seconds: Double) {
        ended.removeAll()
        let tolerance = max(8, 5 * core.noise)
        keepPast(
            frames: max(1, min(5, Int(clamping: (motionSettings.movingSpanSeconds / core.frameSeconds).rounded()))))
        layer.advance(
            foreground: core.foreground.pixels, moving: core.moving.pixels,
            frames: core.frameCount, forgetFrames: UInt8(max(1, min(200, 0.3 / core.frameSeconds))))
        blobs.removeAll(keepingCapacity: true)
        for index in core.kept { blobs.append(candidate(core, index)) }
        countOverlaps(core, tolerance: tolerance)
        let trackCount = tracks.count
        association.update(
            tracks: tracks, blobs: blobs,
            overlap: { blob, track in
                Int(overlaps[blob * (settings.maxTracks + 1) + Int(tracks[track].label)])
            }, seconds: seconds, settings: settings)
        labels.clear()
        while shares.count < blobs.count { shares.append([]) }
        for blob in shares.indices { shares[blob].removeAll(keepingCapacity: true) }
        for track in 0..<trackCount { claim(track, seconds: seconds) }
        for blob in blobs.indices { dissolve(blob, stepSeconds: core.stepSeconds) }
        for blob in blobs.indices { paint(core, blob, tolerance: tolerance, seconds: seconds) }
        measure(core, tolerance: tolerance)
        conclude(core, seconds: seconds)
        settle(core)
        parts.update(core, labels: labels, seconds: seconds)
        for index in tracks.indices where tracks[index].isSeen {
            parts.fill(&tracks[index])
        }
    }

    private func keepPast(frames: Int) {
        // The planes that fall out of the window are used again: at some rates it is one frame longer and shorter in turn.
        while past.count >= frames { spare.append(past.removeFirst()) }
        let entry =
            spare.popLast()
            ?? (
                labels: Plane(width: width, height: height, filledWith: 0),
                areas: Plane(width: areas.width, height: 1, filledWith: 0)
            )
        entry.labels.copy(from: labels)
        entry.areas.copy(from: areas)
        past.append(entry)
    }

    /// Marks the tracks with an id as reported.
    func markReported() {
        for index in tracks.indices where tracks[index].id != nil { tracks[index].wasReported = true }
    }

    // MARK: Which track keeps which of the blobs that show it

    private func candidate(_ core: MotionCore, _ index: Int) -> Association.Candidate {
        let component = core.components.list[index]
        var moving = 0
        for run in core.components.runs[component.runs] {
            let row = core.moving.pixels + Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) { moving &+= Int(row[x]) }
        }
        return Association.Candidate(
            box: component.box, area: Double(component.area), moving: Double(moving) / Double(max(1, component.area)))
    }

    private func countOverlaps(_ core: MotionCore, tolerance: Float) {
        let stride = settings.maxTracks + 1
        overlaps.removeAll(keepingCapacity: true)
        overlaps.append(contentsOf: repeatElement(0, count: core.kept.count * stride))
        let labels = labels.pixels, owners = layer.owner.pixels, luma = core.reduced.luma.pixels
        let looks = layer.looks(tolerance: tolerance)
        overlaps.withUnsafeMutableBufferPointer { overlaps in
            for (blob, index) in core.kept.enumerated() {
                let counts = blob * stride
                for run in core.components.runs[core.components.list[index].runs] {
                    let start = Int(run.row) * width
                    for pixel in start + Int(run.start)..<start + Int(run.end) {
                        let before = labels[pixel], owner = owners[pixel]
                        overlaps[counts &+ Int(before)] &+= 1
                        if owner != before, looks.isVisible(pixel, luma[pixel]) {
                            overlaps[counts &+ Int(owner)] &+= 1
                        }
                    }
                }
            }
        }
    }

    /// Decides which of its blobs a track keeps.
    private func claim(_ index: Int, seconds: Double) {
        let linked = association.blobsOfTrack[index]
        guard let main = linked.first else { return }
        let track = tracks[index]
        shares[main].append(index)
        for other in linked.dropFirst() {
            // What others show too is theirs.
            guard association.tracksOfBlob[other].count == 1 else { continue }
            let gap = blobs[main].box.gap(blobs[other].box)
            let near = gap <= max(3, blobs[main].box.height / 8)
            let leftBehind =
                blobs[other].moving < 0.1 && blobs[main].moving > 0.3
                || (seconds - track.bornSeconds < 3 && gap >= 1 && blobs[main].moving > blobs[other].moving + 0.3
                    && Double(track.birthBox.intersection(blobs[other].box)) > 0.7 * Double(blobs[other].box.area))
            if near, !leftBehind { shares[other].append(index) }
        }
    }

    /// Tracks that meet in a blob: one that was hardly ever seen apart was a fragment of the largest, and ends.
    private func dissolve(_ blob: Int, stepSeconds: Double) {
        guard shares[blob].count > 1 else {
            if let only = shares[blob].first { tracks[only].aloneSeconds += stepSeconds }
            return
        }
        guard let largest = shares[blob].max(by: { tracks[$0].area < tracks[$1].area }) else { return }
        var kept = 0
        for place in shares[blob].indices {
            let index = shares[blob][place]
            if index != largest, tracks[index].aloneSeconds < 0.5 {
                tracks[index].isDissolved = true
            } else {
                shares[blob][kept] = index
                kept += 1
            }
        }
        shares[blob].removeLast(shares[blob].count - kept)
    }

    // MARK: Giving the pixels of blobs to tracks

    /// Gives a blob's pixels to the tracks that share it, or to a new one.
    private func paint(_ core: MotionCore, _ blob: Int, tolerance: Float, seconds: Double) {
        let candidate = blobs[blob], share = shares[blob]
        let component = core.components.list[core.kept[blob]]
        let runs = core.components.runs[component.runs]
        if share.isEmpty {
            guard let label = newTrack(candidate.box, seconds: seconds) else { return }
            return fill(runs, label)
        }
        let atRest = share.allSatisfy { tracks[$0].restingSince.map { seconds - $0 > 1 } ?? false }
        if share.count == 1, !atRest { return fill(runs, tracks[share[0]].label) }
        active.removeAll(keepingCapacity: true)
        let someMove = share.contains { tracks[$0].restingSince == nil }
        for index in share where !someMove || tracks[index].restingSince == nil {
            let track = tracks[index]
            active.append(ActiveTrack(index, track.predictedBox(after: seconds - track.lastSeenSeconds)))
        }
        var intruder: UInt16?
        if atRest { intruder = intruderLabel(core, runs, candidate, share, tolerance: tolerance, seconds: seconds) }
        let luma = core.reduced.luma.pixels, labels = labels.pixels, owners = layer.owner.pixels
        let looks = layer.looks(tolerance: tolerance)
        for run in runs {
            let start = Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) {
                let pixel = start &+ x
                let owner = owners[pixel]
                if owner != 0, share.contains(where: { tracks[$0].label == owner }),
                    looks.isVisible(pixel, luma[pixel])
                {
                    labels[pixel] = owner
                    continue
                }
                if let intruder {
                    labels[pixel] = intruder
                    continue
                }
                var best = active[0].track
                var bestDistance = Double.infinity
                for part in active {
                    let dx = (Double(x) - part.x) / part.halfWidth, dy = (Double(run.row) - part.y) / part.halfHeight
                    let distance = dx * dx + dy * dy
                    if distance < bestDistance {
                        bestDistance = distance
                        best = part.track
                    }
                }
                labels[pixel] = tracks[best].label
            }
        }
    }

    private func fill(_ runs: ArraySlice<Run>, _ label: UInt16) {
        for run in runs {
            let row = labels.pixels + Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) { row[x] = label }
        }
    }

    /// Something large that moves in front of things at rest, without having been seen before, gets a track of its own.
    private func intruderLabel(
        _ core: MotionCore, _ runs: ArraySlice<Run>, _ candidate: Association.Candidate, _ share: [Int],
        tolerance: Float,
        seconds: Double
    ) -> UInt16? {
        let luma = core.reduced.luma.pixels, owners = layer.owner.pixels, movingPixels = core.moving.pixels
        let looks = layer.looks(tolerance: tolerance)
        var visible = 0, active = 0, moving = 0
        var box = Box(left: .max, top: .max, right: -1, bottom: -1)
        for run in runs {
            let start = Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) {
                let pixel = start &+ x
                if owners[pixel] != 0, looks.isVisible(pixel, luma[pixel]) {
                    visible += 1
                } else {
                    active += 1
                    moving += Int(movingPixels[pixel])
                    box.left = min(box.left, x)
                    box.right = max(box.right, x)
                    box.top = min(box.top, Int(run.row))
                    box.bottom = max(box.bottom, Int(run.row))
                }
            }
        }
        let resting = share.reduce(0.0) { $0 + tracks[$1].area }
        guard active > 2 * core.minArea, Double(active) > 0.4 * resting, Double(visible) > 0.75 * resting,
            Double(moving) > 0.35 * Double(active)
        else { return nil }
        return newTrack(box, seconds: seconds)
    }

    private func newTrack(_ box: Box, seconds: Double) -> UInt16? {
        guard tracks.count < settings.maxTracks else { return nil }
        let labels = 1...UInt16(settings.maxTracks)
        guard let label = labels.first(where: { free in !tracks.contains { $0.label == free } }) else { return nil }
        tracks.append(BlobTrack(label: label, box: box, seconds: seconds))
        return label
    }

    // MARK: What each track looks like now, what follows from it, and what came to rest

    private func measure(_ core: MotionCore, tolerance: Float) {
        for index in measures.indices { measures[index] = BlobMeasure() }
        guard let before = past.first?.labels.pixels else { return }
        markResting()
        measures.withUnsafeMutableBufferPointer { measures in
            isResting.withUnsafeBufferPointer { isResting in
                for index in core.kept {
                    for run in core.components.runs[core.components.list[index].runs] {
                        measure(
                            run, core, before: before, looks: layer.looks(tolerance: tolerance), isResting, measures)
                    }
                }
            }
        }
    }

    /// Adds one piece of a row to the measures of the tracks that it shows or hides.
    @inline(__always)
    private func measure(
        _ run: Run, _ core: MotionCore, before: UnsafePointer<UInt16>, looks: SettledLayer.Looks,
        _ isResting: UnsafeBufferPointer<Bool>, _ measures: UnsafeMutableBufferPointer<BlobMeasure>
    ) {
        let width = width, height = height
        let labels = labels.pixels, owners = layer.owner.pixels, moving = core.moving.pixels
        let luma = core.reduced.luma.pixels, background = core.background.level.pixels
        let row = Int(run.row), start = row * width
        let hasNeighbours = row > 1 && row < height - 2
        var x = Int(run.start)
        while x < Int(run.end) {
            // As far as it shows the same track.
            let label = labels[start &+ x]
            var end = x &+ 1
            while end < Int(run.end), labels[start &+ end] == label { end &+= 1 }
            if label != 0 { measures[Int(label)].addRun(row, x..<end) }
            for x in x..<end {
                let pixel = start &+ x
                let owner = owners[pixel]
                if owner != label, isResting[Int(owner)], !looks.isVisible(pixel, luma[pixel]) {
                    measures[Int(owner)].hidden += 1
                    measures[Int(owner)].addPixel(x: x, row: row)
                    if before[pixel] == owner { measures[Int(owner)].contained += 1 }
                }
                guard label != 0 else { continue }
                if moving[pixel] != 0 { measures[Int(label)].addMoving(x: x, row: row) }
                if before[pixel] == label { measures[Int(label)].contained &+= 1 }
                guard hasNeighbours, x > 1, x < width &- 2 else { continue }
                let isRim =
                    labels[pixel &- 2] != label || labels[pixel &+ 2] != label
                    || labels[pixel &- 2 &* width] != label || labels[pixel &+ 2 &* width] != label
                measures[Int(label)].addLook(
                    frame: luma + pixel, background: background + pixel, width: width, isRim: isRim)
            }
            x = end
        }
    }

    private func conclude(_ core: MotionCore, seconds: Double) {
        for index in measures.indices { areas.pixels[index] = measures[index].area }
        let noise = core.pixelNoise * core.pixelNoise
        for index in tracks.indices {
            let measure = measures[Int(tracks[index].label)]
            // Hidden for the most part and nothing else: a memory, not a sight.
            guard measure.area - measure.hidden >= max(6, core.minArea / 2) else {
                tracks[index].isSeen = false
                if measure.hidden > 0, tracks[index].restingSince != nil {
                    tracks[index].lastSeenSeconds = seconds
                    tracks[index].isDissolved = false
                }
                continue
            }
            tracks[index].isSeen = true
            let pastArea = past.first?.areas.pixels[Int(tracks[index].label)] ?? 0
            let isNew = tracks[index].bornSeconds == seconds
            var cues = measure.cues(pastArea: isNew ? 0 : pastArea, noise: noise)
            // What moves has left one place for another: its outline says nothing.
            if cues.movingFraction < 0.2 {
                cues.outlineContrast = outlines.contrast(
                    of: tracks[index].label, box: measure.box, center: measure.center, labels: labels, core)
            }
            tracks[index].follow(measure, cues: cues, seconds: seconds, isNew: isNew)
            if tracks[index].id == nil, tracks[index].deservesID(minArea: Double(core.minArea), seconds: seconds) {
                tracks[index].id = ids.next()
            }
        }
        for index in tracks.indices.reversed() {
            let track = tracks[index]
            let lost = seconds - track.lastSeenSeconds
            let absorbed = track.isSeen && seconds - track.steadySince >= motionSettings.absorbSeconds
            if absorbed { core.absorb(labels: labels.pixels, label: track.label) }
            let patience = track.id == nil ? 0.15 : (track.restingSince == nil ? settings.lostSeconds : 0.5)
            guard absorbed || lost > patience || track.isDissolved else { continue }
            if track.wasReported { ended.append(track) }
            erase(track.label)
            tracks.remove(at: index)
        }
        ended.sort { ($0.id?.rawValue ?? 0) < ($1.id?.rawValue ?? 0) }
    }

    private func erase(_ label: UInt16) {
        layer.release(label)
        for index in 0..<labels.count where labels.pixels[index] == label { labels.pixels[index] = 0 }
        for entry in past {
            for index in 0..<entry.labels.count where entry.labels.pixels[index] == label {
                entry.labels.pixels[index] = 0
            }
        }
    }

    private func markResting() {
        for label in isResting.indices { isResting[label] = false }
        for track in tracks where track.restingSince != nil { isResting[Int(track.label)] = true }
    }

    private func settle(_ core: MotionCore) {
        markResting()
        let settleFrames = UInt16(max(2, min(200, settings.settleSeconds / core.frameSeconds)))
        let luma = core.reduced.luma.pixels, labels = labels.pixels, owners = layer.owner.pixels
        for index in core.kept {
            for run in core.components.runs[core.components.list[index].runs] {
                let start = Int(run.row) * width
                for pixel in start + Int(run.start)..<start + Int(run.end) where labels[pixel] != 0 {
                    // What hides something at rest gets its pixels late, what was left by something mobile at once.
                    let hides = isResting[Int(owners[pixel])]
                    layer.settle(
                        pixel, label: labels[pixel], luma: luma[pixel].greyLevels, frames: UInt16(core.frameCount),
                        settleFrames: settleFrames,
                        takeOverFrames: hides ? 8 * settleFrames : settleFrames)
                }
            }
        }
    }
}

/// A track that may take pixels of a blob that several share, with where it should be now, in grid pixels.
private struct ActiveTrack {
    let track: Int
    let x: Double
    let y: Double
    let halfWidth: Double
    let halfHeight: Double

    init(_ track: Int, _ box: Box) {
        self.track = track
        x = Double(box.left + box.right) / 2
        y = Double(box.top + box.bottom) / 2
        halfWidth = Double(box.width) / 2 + 1
        halfHeight = Double(box.height) / 2 + 1
    }
}

/// What stands still in front of the background: for each pixel whose it is and how it looks, so that a person who
/// passes in front of a box, or a puddle's edge that creeps on, is kept apart from it.
private final class SettledLayer {
    let owner: Plane<UInt16>
    private let look: Plane<Float>
    /// Usual frames without change.
    private let age: Plane<UInt16>
    /// Usual frames since the pixel was last in front of the background.
    private let gone: Plane<UInt8>

    init(width: Int, height: Int) {
        owner = Plane(width: width, height: height, filledWith: 0)
        look = Plane(width: width, height: height, filledWith: 0)
        age = Plane(width: width, height: height, filledWith: 0)
        gone = Plane(width: width, height: height, filledWith: 0)
    }

    func reset() {
        owner.clear()
        age.clear()
        gone.clear()
    }

    /// Ages the pixels and forgets those that are background again.
    /// - Parameter frames: as how many usual frames this one counts.
    func advance(foreground: UnsafePointer<UInt8>, moving: UnsafePointer<UInt8>, frames: UInt8, forgetFrames: UInt8) {
        cm_age(
            foreground, moving, frames, forgetFrames, owner.pixels, age.pixels, gone.pixels, Int32(owner.count))
    }

    /// How pixels looked when they settled, to compare a frame with.
    struct Looks {
        fileprivate let pixels: UnsafePointer<Float>
        /// In grey levels.
        fileprivate let tolerance: Float

        /// Whether the pixel still looks as it did.
        @inline(__always)
        func isVisible(_ index: Int, _ luma: Int16) -> Bool {
            abs(luma.greyLevels - pixels[index]) <= tolerance
        }
    }

    /// - Parameter tolerance: in grey levels.
    func looks(tolerance: Float) -> Looks { Looks(pixels: look.pixels, tolerance: tolerance) }

    /// Gives a pixel that has been still for long enough to `label`.
    @inline(__always)
    func settle(
        _ index: Int, label: UInt16, luma: Float, frames: UInt16, settleFrames: UInt16, takeOverFrames: UInt16
    ) {
        let present = owner.pixels[index]
        if present == label {
            look.pixels[index] += 0.05 * (luma - look.pixels[index])
            let age = age.pixels[index]
            if age >= settleFrames, age < settleFrames &+ frames { look.pixels[index] = luma }
        } else if age.pixels[index] >= (present == 0 ? settleFrames : takeOverFrames) {
            owner.pixels[index] = label
            look.pixels[index] = luma
        }
    }

    /// Hands the pixels of one owner that `labels` gives to another over to that one.
    func release(_ label: UInt16) {
        for index in 0..<owner.count where owner.pixels[index] == label { owner.pixels[index] = 0 }
    }
}
