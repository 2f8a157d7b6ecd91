import Domain

/// What the rules remember of one track: its recent samples, oldest first, without masks.
struct TrackHistory: Sendable {
    /// More than a fall with its settling and rest takes.
    static let maxSeconds = 8.0
    static let maxSamples = 400

    let id: TrackID
    let origin: Track.Origin
    /// When the track was first seen; earlier than the first sample kept once the history has been trimmed.
    let firstSeconds: Double
    let firstRegion: Region
    private(set) var samples: [TrackSample]
    /// The largest it has been, in pixels.
    private(set) var maxArea = 0.0
    /// Nil while the track is seen; since then it was lost.
    private(set) var lostSince: Double?

    init(id: TrackID, origin: Track.Origin = .motion, first sample: TrackSample) {
        self.id = id
        self.origin = origin
        samples = []
        firstSeconds = sample.seconds
        firstRegion = sample.region
        append(sample)
    }

    /// A history of which all is known, for parts of tracks.
    init(id: TrackID, samples: [TrackSample]) {
        self.id = id
        origin = .motion
        self.samples = samples
        firstSeconds = samples.first?.seconds ?? 0
        firstRegion = samples.first?.region ?? Region(x: 0, y: 0, width: 0, height: 0)
    }

    /// Continues `earlier`, of which this track is the sequel under another id.
    init(id: TrackID, continuing earlier: TrackHistory, with sample: TrackSample) {
        self.id = id
        origin = earlier.origin
        maxArea = earlier.maxArea
        firstSeconds = earlier.firstSeconds
        firstRegion = earlier.firstRegion
        samples = earlier.samples
        append(sample)
    }

    var last: TrackSample? { samples.last }

    mutating func append(_ sample: TrackSample) {
        if let last = samples.last, sample.seconds <= last.seconds { return }
        var sample = sample
        sample.mask = nil
        samples.append(sample)
        maxArea = max(maxArea, sample.area)
        lostSince = nil
        // Trimmed in steps, so that the array is not moved for each sample.
        if samples.count > Self.maxSamples || sample.seconds - samples[0].seconds > Self.maxSeconds * 1.5 {
            let oldest = sample.seconds - Self.maxSeconds
            let keep = samples.firstIndex { $0.seconds >= oldest } ?? 0
            samples.removeFirst(max(keep, samples.count - Self.maxSamples * 3 / 4))
        }
    }

    mutating func markLost(at seconds: Double) {
        if lostSince == nil { lostSince = seconds }
    }
}
