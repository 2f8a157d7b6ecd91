import Domain

/// Follows the gate's blobs at the camera's frame rate. A falling box keeps one track from leaving to rest; the place
/// it left is a track of its own; what came to rest keeps its pixels when others pass in front.
final class BlobTracker {
    private(set) var tracks: [BlobTrack] = []
    /// Tracks that ended in this frame and had been told.
    private(set) var ended: [BlobTrack] = []
    /// Per gate pixel the label of the track it shows, 0 for none.
    private(set) var labels: Plane<UInt16>
    let settings: TrackerSettings
    private let gateSettings: GateSettings
    private let layer: SettledLayer
    private var past: [(labels: Plane<UInt16>, areas: [Int])] = []
    private var areas: [Int]
    private var measures: [BlobMeasure]
    private var overlaps: [Int32] = []
    private let parts: PartTracker
    private let ids: TrackNumbers
    let width: Int
    let height: Int

    init(width: Int, height: Int, settings: TrackerSettings, gate: GateSettings, ids: TrackNumbers) {
        self.ids = ids
        self.width = width
        self.height = height
        self.settings = settings
        gateSettings = gate
        labels = Plane(width: width, height: height, filledWith: 0)
        layer = SettledLayer(width: width, height: height)
        parts = PartTracker(width: width, height: height)
        areas = Array(repeating: 0, count: settings.maxTracks + 1)
        measures = Array(repeating: BlobMeasure(), count: settings.maxTracks + 1)
    }

    /// Ends all tracks: the scene was learned anew.
    func reset() {
        ended = tracks.filter(\.wasTold)
        tracks.removeAll()
        labels.fill(0)
        layer.reset()
        parts.reset()
        past.removeAll()
    }

    /// Takes over what a tracker before it has yet to tell.
    func inheritEnded(_ tracks: [BlobTrack]) { ended = tracks }

    /// Nothing can be seen in this frame; the tracks wait.
    func pause() {
        ended.removeAll()
        for index in tracks.indices { tracks[index].isSeen = false }
    }

    func update(_ core: GateCore, seconds: Double) {
        ended.removeAll()
        let tolerance = max(8, 5 * core.noise)
        keepPast(frames: max(1, min(5, Int((gateSettings.movingSpanSeconds / core.frameSeconds).rounded()))))
        layer.advance(
            foreground: core.foreground.pixels, moving: core.moving.pixels,
            forgetFrames: UInt8(max(1, min(200, 0.3 / core.frameSeconds))))
        let blobs = core.kept.map { candidate(core, $0) }
        countOverlaps(core, tolerance: tolerance)
        let trackCount = tracks.count
        let association = Association(
            tracks: tracks, blobs: blobs,
            overlap: { blob, track in
                Int(overlaps[blob * (settings.maxTracks + 1) + Int(tracks[track].label)])
            }, seconds: seconds, settings: settings)
        labels.fill(0)
        var shares = Array(repeating: [Int](), count: blobs.count)
        for track in 0..<trackCount { claim(track, association, blobs, into: &shares, seconds: seconds) }
        for blob in shares.indices { shares[blob] = dissolve(shares[blob], frameSeconds: core.frameSeconds) }
        for (blob, share) in shares.enumerated() {
            paint(core, blob, candidate: blobs[blob], share: share, tolerance: tolerance, seconds: seconds)
        }
        measure(core, tolerance: tolerance)
        conclude(core, seconds: seconds)
        settle(core)
        parts.update(core, labels: labels, seconds: seconds)
        for index in tracks.indices where tracks[index].isSeen {
            tracks[index].parts = parts.parts(of: tracks[index])
        }
    }

    // MARK: Association

    private func candidate(_ core: GateCore, _ index: Int) -> Association.Candidate {
        let component = core.components.list[index]
        var moving = 0
        for run in core.components.runs[component.runs] {
            let row = core.moving.pixels + Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) { moving &+= Int(row[x]) }
        }
        return Association.Candidate(
            box: component.box, area: Double(component.area), moving: Double(moving) / Double(max(1, component.area)))
    }

    private func countOverlaps(_ core: GateCore, tolerance: Float) {
        let stride = settings.maxTracks + 1
        overlaps.removeAll(keepingCapacity: true)
        overlaps.append(contentsOf: repeatElement(0, count: core.kept.count * stride))
        for (blob, index) in core.kept.enumerated() {
            for run in core.components.runs[core.components.list[index].runs] {
                let start = Int(run.row) * width
                for pixel in start + Int(run.start)..<start + Int(run.end) {
                    let before = Int(labels.pixels[pixel])
                    overlaps[blob * stride + before] &+= 1
                    let owner = Int(layer.owner.pixels[pixel])
                    if owner != before,
                        layer.isVisible(pixel, luma: core.picture.luma.pixels[pixel], tolerance: tolerance)
                    {
                        overlaps[blob * stride + owner] &+= 1
                    }
                }
            }
        }
    }

    /// Decides which of its blobs a track keeps.
    private func claim(
        _ index: Int, _ association: Association, _ blobs: [Association.Candidate], into shares: inout [[Int]],
        seconds: Double
    ) {
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

    /// Tracks that meet: one that was hardly ever seen apart was a fragment of the largest, and ends.
    private func dissolve(_ share: [Int], frameSeconds: Double) -> [Int] {
        guard share.count > 1 else {
            if let only = share.first { tracks[only].aloneSeconds += frameSeconds }
            return share
        }
        guard let largest = share.max(by: { tracks[$0].area < tracks[$1].area }) else { return share }
        return share.filter { index in
            guard index != largest, tracks[index].aloneSeconds < 0.5 else { return true }
            tracks[index].lastSeenSeconds = -.infinity
            return false
        }
    }

    // MARK: Pixels

    /// Gives a blob's pixels to the tracks that share it, or to a new one.
    private func paint(
        _ core: GateCore, _ blob: Int, candidate: Association.Candidate, share: [Int], tolerance: Float, seconds: Double
    ) {
        let component = core.components.list[core.kept[blob]]
        let runs = core.components.runs[component.runs]
        if share.isEmpty {
            guard let label = newTrack(candidate.box, seconds: seconds) else { return }
            return fill(runs, label)
        }
        let atRest = share.allSatisfy { tracks[$0].restingSince.map { seconds - $0 > 1 } ?? false }
        if share.count == 1, !atRest { return fill(runs, tracks[share[0]].label) }
        let mobile = share.filter { tracks[$0].restingSince == nil }
        var active: [(track: Int, x: Double, y: Double, halfWidth: Double, halfHeight: Double)] = []
        for index in mobile.isEmpty ? share : mobile {
            let track = tracks[index]
            let box = track.predictedBox(after: seconds - track.lastSeenSeconds)
            active.append(
                (
                    index, Double(box.left + box.right) / 2, Double(box.top + box.bottom) / 2,
                    Double(box.width) / 2 + 1, Double(box.height) / 2 + 1
                ))
        }
        var intruder: UInt16?
        if atRest { intruder = intruderLabel(core, runs, candidate, share, tolerance: tolerance, seconds: seconds) }
        let luma = core.picture.luma.pixels
        for run in runs {
            let start = Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) {
                let pixel = start &+ x
                let owner = layer.owner.pixels[pixel]
                if owner != 0, share.contains(where: { tracks[$0].label == owner }),
                    layer.isVisible(pixel, luma: luma[pixel], tolerance: tolerance)
                {
                    labels.pixels[pixel] = owner
                    continue
                }
                if let intruder {
                    labels.pixels[pixel] = intruder
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
                labels.pixels[pixel] = tracks[best].label
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
        _ core: GateCore, _ runs: ArraySlice<Run>, _ candidate: Association.Candidate, _ share: [Int], tolerance: Float,
        seconds: Double
    ) -> UInt16? {
        let luma = core.picture.luma.pixels
        var visible = 0, active = 0, moving = 0
        var box = Box(left: .max, top: .max, right: -1, bottom: -1)
        for run in runs {
            let start = Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) {
                let pixel = start &+ x
                let owner = layer.owner.pixels[pixel]
                if owner != 0, layer.isVisible(pixel, luma: luma[pixel], tolerance: tolerance) {
                    visible += 1
                } else {
                    active += 1
                    moving += Int(core.moving.pixels[pixel])
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
        let used = Set(tracks.map(\.label))
        guard let label = (1...UInt16(settings.maxTracks)).first(where: { !used.contains($0) }) else { return nil }
        tracks.append(BlobTrack(label: label, box: box, seconds: seconds))
        return label
    }

    private func keepPast(frames: Int) {
        while past.count > frames { past.removeFirst() }
        // The plane that falls out of the window is used again.
        let spare =
            past.count == frames ? past.removeFirst().labels : Plane(width: width, height: height, filledWith: 0)
        spare.copy(from: labels)
        past.append((spare, areas))
    }

    // MARK: Measuring

    private func measure(_ core: GateCore, tolerance: Float) {
        for index in measures.indices { measures[index] = BlobMeasure() }
        guard let before = past.first?.labels.pixels else { return }
        let luma = core.picture.luma.pixels, background = core.background.mean.pixels, moving = core.moving.pixels
        let resting = restingLabels()
        for index in core.kept {
            for run in core.components.runs[core.components.list[index].runs] {
                let row = Int(run.row), start = row * width
                for x in Int(run.start)..<Int(run.end) {
                    let pixel = start &+ x
                    let label = labels.pixels[pixel]
                    let owner = layer.owner.pixels[pixel]
                    if owner != label, resting[Int(owner)],
                        !layer.isVisible(pixel, luma: luma[pixel], tolerance: tolerance)
                    {
                        measures[Int(owner)].hidden += 1
                        measures[Int(owner)].addPixel(x: x, row: row)
                        if before[pixel] == owner { measures[Int(owner)].contained += 1 }
                    }
                    guard label != 0 else { continue }
                    measures[Int(label)].addPixel(x: x, row: row)
                    if moving[pixel] != 0 { measures[Int(label)].addMoving(x: x, row: row) }
                    if before[pixel] == label { measures[Int(label)].contained += 1 }
                    guard x > 1, row > 1, x < width &- 2, row < height &- 2 else { continue }
                    let isRim =
                        labels.pixels[pixel &- 2] != label || labels.pixels[pixel &+ 2] != label
                        || labels.pixels[pixel &- 2 &* width] != label || labels.pixels[pixel &+ 2 &* width] != label
                    measures[Int(label)].addLook(
                        picture: luma + pixel, background: background + pixel, width: width, isRim: isRim)
                }
            }
        }
    }

    private func conclude(_ core: GateCore, seconds: Double) {
        for index in areas.indices { areas[index] = measures[index].area }
        let noise = core.pixelNoise * core.pixelNoise
        for index in tracks.indices {
            let measure = measures[Int(tracks[index].label)]
            // Hidden for the most part and nothing else: a memory, not a sight.
            guard measure.area - measure.hidden >= max(6, core.minArea / 2) else {
                tracks[index].isSeen = false
                if measure.hidden > 0, tracks[index].restingSince != nil { tracks[index].lastSeenSeconds = seconds }
                continue
            }
            tracks[index].isSeen = true
            let pastArea = past.first?.areas[Int(tracks[index].label)] ?? 0
            let isNew = tracks[index].bornSeconds == seconds
            tracks[index].follow(
                measure, cues: measure.cues(pastArea: isNew ? 0 : pastArea, noise: noise), seconds: seconds,
                isNew: isNew)
            if tracks[index].id == nil, tracks[index].deservesID(minArea: Double(core.minArea), seconds: seconds) {
                tracks[index].id = ids.next()
            }
        }
        for index in tracks.indices.reversed() {
            let track = tracks[index]
            let lost = seconds - track.lastSeenSeconds
            let absorbed = track.isSeen && seconds - track.steadySince >= gateSettings.absorbSeconds
            if absorbed { core.absorb(labels: labels.pixels, label: track.label) }
            let patience = track.id == nil ? 0.15 : (track.restingSince == nil ? settings.lostSeconds : 0.5)
            guard absorbed || lost > patience else { continue }
            if track.wasTold { ended.append(track) }
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

    private func restingLabels() -> [Bool] {
        var resting = [Bool](repeating: false, count: settings.maxTracks + 1)
        for track in tracks where track.restingSince != nil { resting[Int(track.label)] = true }
        return resting
    }

    private func settle(_ core: GateCore) {
        let resting = restingLabels()
        let settleFrames = UInt16(max(2, min(200, settings.settleSeconds / core.frameSeconds)))
        let luma = core.picture.luma.pixels
        for index in core.kept {
            for run in core.components.runs[core.components.list[index].runs] {
                let start = Int(run.row) * width
                for pixel in start + Int(run.start)..<start + Int(run.end) where labels.pixels[pixel] != 0 {
                    // What hides something at rest gets its pixels late, what was left by something mobile at once.
                    let hides = resting[Int(layer.owner.pixels[pixel])]
                    layer.settle(
                        pixel, label: labels.pixels[pixel], luma: luma[pixel], settleFrames: settleFrames,
                        takeOverFrames: hides ? 8 * settleFrames : settleFrames)
                }
            }
        }
    }

    /// Marks the tracks with an id as told.
    func markTold() {
        for index in tracks.indices where tracks[index].id != nil { tracks[index].wasTold = true }
    }
}

extension BlobTrack {
    /// Takes over where the track is now.
    mutating func follow(_ measure: BlobMeasure, cues: MotionCues, seconds: Double, isNew: Bool) {
        let area = Double(measure.area)
        let center = (x: Double(measure.sumX) / area + 0.5, y: Double(measure.sumY) / area + 0.5)
        let elapsed = seconds - lastSeenSeconds
        if !isNew, elapsed > 0 {
            let fresh = (x: (center.x - centroid.x) / elapsed, y: (center.y - centroid.y) / elapsed)
            // A blob that merged or split jumps without moving.
            let weight = area > 0.6 * self.area && area < 1.7 * self.area ? 0.7 : 0.35
            velocity = (
                velocity.x + weight * (fresh.x - velocity.x), velocity.y + weight * (fresh.y - velocity.y)
            )
            framesSeen += 1
        }
        centroid = center
        box = measure.box
        self.area = area
        self.cues = cues
        lastSeenSeconds = seconds
        if cues.movingFraction > 0.12 {
            lastMobileSeconds = seconds
            restingSince = nil
        } else if restingSince == nil, seconds - lastMobileSeconds > 0.4 {
            restingSince = seconds
            velocity = (0, 0)
        }
        if cues.movingFraction > 0.1 || steadyArea == 0 || abs(area - steadyArea) > 0.06 * steadyArea {
            steadyArea = area
            steadySince = seconds
        }
    }

    /// Whether it has shown itself clearly enough to be told: large things that move at once, others after some frames.
    func deservesID(minArea: Double, seconds: Double) -> Bool {
        if cues.movingFraction > 0.4, area >= 4 * minArea, framesSeen >= 2 { return true }
        return framesSeen >= 3 && seconds - bornSeconds >= 0.19
    }
}
