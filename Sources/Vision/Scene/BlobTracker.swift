import Domain

/// Follows the gate's blobs at the camera's frame rate. A falling box keeps one track from leaving to rest; the place
/// it left is a track of its own; what came to rest keeps its pixels when others pass in front.
final class BlobTracker {
    var tracks: [BlobTrack] = []
    /// Tracks that ended in this frame and had been told.
    var ended: [BlobTrack] = []
    /// Per gate pixel the label of the track it shows, 0 for none.
    let labels: Plane<UInt16>
    let settings: TrackerSettings
    let gateSettings: GateSettings
    let layer: SettledLayer
    /// Labels and areas of the last moments, the oldest first.
    var past: [(labels: Plane<UInt16>, areas: Plane<Int>)] = []
    /// Pixels per label.
    let areas: Plane<Int>
    var measures: [BlobMeasure]
    var overlaps: [Int32] = []
    var blobs: [Association.Candidate] = []
    var association = Association()
    /// Per blob the indices of the tracks that share it. Longer than there are blobs.
    var shares: [[Int]] = []
    /// Of the tracks that share a blob, those that may take its pixels.
    var active: [ActiveTrack] = []
    /// Per label whether its track is at rest.
    var isResting: [Bool]
    let parts: PartTracker
    let outlines = OutlineGauge()
    let ids: TrackNumbers
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
        parts = PartTracker(width: width, height: height, maxTracks: settings.maxTracks)
        areas = Plane(width: settings.maxTracks + 1, height: 1, filledWith: 0)
        measures = Array(repeating: BlobMeasure(), count: settings.maxTracks + 1)
        isResting = Array(repeating: false, count: settings.maxTracks + 1)
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
        blobs.removeAll(keepingCapacity: true)
        for index in core.kept { blobs.append(candidate(core, index)) }
        countOverlaps(core, tolerance: tolerance)
        let trackCount = tracks.count
        association.update(
            tracks: tracks, blobs: blobs,
            overlap: { blob, track in
                Int(overlaps[blob * (settings.maxTracks + 1) + Int(tracks[track].label)])
            }, seconds: seconds, settings: settings)
        labels.fill(0)
        while shares.count < blobs.count { shares.append([]) }
        for blob in shares.indices { shares[blob].removeAll(keepingCapacity: true) }
        for track in 0..<trackCount { claim(track, seconds: seconds) }
        for blob in blobs.indices { dissolve(blob, frameSeconds: core.frameSeconds) }
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
        while past.count > frames { past.removeFirst() }
        // The planes that fall out of the window are used again.
        let spare =
            past.count == frames
            ? past.removeFirst()
            : (
                labels: Plane(width: width, height: height, filledWith: 0),
                areas: Plane(width: areas.width, height: 1, filledWith: 0)
            )
        spare.labels.copy(from: labels)
        spare.areas.copy(from: areas)
        past.append(spare)
    }

    /// Marks the tracks with an id as told.
    func markTold() {
        for index in tracks.indices where tracks[index].id != nil { tracks[index].wasTold = true }
    }
}
