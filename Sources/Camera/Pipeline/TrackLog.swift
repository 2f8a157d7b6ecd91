import Domain
import Incidents

/// The samples of the last minutes, for the sidecars of clips. Bounded in time and in number.
struct TrackLog: Sendable {
    private struct Entry: Sendable {
        var id: TrackID
        var origin: Track.Origin
        var time: MediaTime
        var sample: TrackSample
    }

    /// Samples without a mask are kept at most this often per track: enough to draw, little to hold.
    static let stepSeconds = 0.1

    private let seconds: Double
    private let maxSamples: Int
    /// Oldest first from `head` on; what is before `head` is gone.
    private var entries: [Entry] = []
    private var head = 0
    private var lastKept: [TrackID: MediaTime] = [:]

    init(seconds: Double, maxSamples: Int) {
        self.seconds = seconds
        self.maxSamples = max(1, maxSamples)
    }

    var count: Int { entries.count - head }

    mutating func append(_ observation: SceneObservation) {
        let time = observation.time
        for track in observation.tracks {
            switch track.phase {
            case .appeared, .continued: break
            case .ended:
                lastKept[track.id] = nil
                continue
            case .lost: continue
            }
            if track.sample.mask == nil, let kept = lastKept[track.id], let gap = time.seconds(since: kept),
                gap < Self.stepSeconds - 0.001
            {
                continue
            }
            lastKept[track.id] = time
            var sample = track.sample
            sample.seconds = time.seconds
            entries.append(Entry(id: track.id, origin: track.origin, time: time, sample: sample))
        }
        while head < entries.count, count > maxSamples || isTooOld(entries[head].time, at: time) { head += 1 }
        if head > 1024, head > entries.count / 2 {
            entries.removeFirst(head)
            head = 0
            lastKept = lastKept.filter { !isTooOld($0.value, at: time) }
        }
    }

    /// Takes the way of a thing that was followed back: it lies in the past, and has a track of its own.
    mutating func append(_ path: RetracedPath, of suspicion: Suspicion, epoch: Int) {
        for moment in path.moments {
            let time = MediaTime(epoch: epoch, seconds: moment.seconds)
            let sample = TrackSample(
                seconds: moment.seconds, region: moment.region, centroid: moment.centroid, area: moment.area,
                mask: moment.mask, quality: moment.quality)
            entries.append(Entry(id: suspicion.pathTrack, origin: .retrace, time: time, sample: sample))
        }
    }

    private func isTooOld(_ time: MediaTime, at now: MediaTime) -> Bool {
        guard let age = now.seconds(since: time) else { return now.epoch - time.epoch > 1 }
        return age > seconds
    }

    /// The tracks between two moments, both included, in order of id; samples in seconds of their epoch.
    func tracks(from: MediaTime, to: MediaTime) -> [Track] {
        var tracks: [TrackID: Track] = [:]
        for entry in entries[head...] where entry.time >= from && entry.time <= to {
            tracks[entry.id, default: Track(id: entry.id, origin: entry.origin)].samples.append(entry.sample)
        }
        return tracks.values.sorted { $0.id < $1.id }
    }
}
