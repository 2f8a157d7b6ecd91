import Domain

/// The histories of all tracks in view and of those just lost. Bounded: a lost track is forgotten after a while, and there
/// are never more than `maxTracks`.
struct TrackLedger: Sendable {
    static let forgetAfterSeconds = 2.0
    static let maxTracks = 256
    /// A track that was not mentioned for this long is lost.
    private static let unmentionedSeconds = 0.5
    /// A track that appears this long after another was lost may be its sequel.
    private static let sequelSeconds = 0.6

    private(set) var histories: [TrackID: TrackHistory] = [:]
    /// Ids of the tracks seen in the last frame, in order.
    private(set) var seen: [TrackID] = []
    /// Ids that were lost or ended in the last frame, in order.
    private(set) var justLost: [TrackID] = []

    mutating func removeAll() {
        histories.removeAll(keepingCapacity: true)
        seen.removeAll(keepingCapacity: true)
        justLost.removeAll(keepingCapacity: true)
    }

    mutating func update(_ observation: SceneObservation, scene: CameraScene) {
        let now = observation.time.seconds
        seen.removeAll(keepingCapacity: true)
        justLost.removeAll(keepingCapacity: true)
        for track in observation.tracks {
            switch track.phase {
            case .appeared, .continued:
                var sample = track.sample
                // A mask that arrived late keeps its moment.
                sample.seconds = abs(now - sample.seconds) < Self.forgetAfterSeconds ? min(now, sample.seconds) : now
                guard !scene.isIgnored(sample.centroid, in: observation.frameSize) else { continue }
                seen.append(track.id)
                if histories[track.id] != nil {
                    histories[track.id]?.append(sample)
                } else {
                    histories[track.id] = begin(track, sample, absent: observation.tracks)
                }
            case .lost, .ended:
                guard let history = histories[track.id], history.lostSince == nil else { continue }
                histories[track.id]?.markLost(at: now)
                justLost.append(track.id)
            }
        }
        // A tracker may also simply stop to mention a track. What the network tracks is reported only now and then.
        for (id, history) in histories
        where history.lostSince == nil && now - (history.last?.seconds ?? now) > Self.unmentionedSeconds {
            histories[id]?.markLost(at: now)
            justLost.append(id)
        }
        justLost.sort()
        histories = histories.filter { now - ($0.value.lostSince ?? now) <= Self.forgetAfterSeconds }
        while histories.count > Self.maxTracks,
            let oldest = histories.values.min(by: {
                ($0.last?.seconds ?? 0, $0.id) < ($1.last?.seconds ?? 0, $1.id)
            })
        {
            histories[oldest.id] = nil
        }
    }

    /// The history of a new track: alone, or as the sequel of a track that is no longer seen and would be here by now.
    private func begin(
        _ track: TrackObservation, _ sample: TrackSample, absent: [TrackObservation]
    ) -> TrackHistory {
        // What a person prompted has a number of its own for good.
        guard track.origin == .motion else { return TrackHistory(id: track.id, origin: .prompt, first: sample) }
        let present = Set(absent.lazy.filter { $0.phase == .appeared || $0.phase == .continued }.map(\.id))
        let earlier = histories.values.filter { history in
            guard history.origin == .motion, !present.contains(history.id), let last = history.last else {
                return false
            }
            let gap = sample.seconds - last.seconds
            guard gap > 0, gap <= Self.sequelSeconds, last.area > 0, sample.area > 0 else { return false }
            let ratio = sample.area / last.area
            guard ratio > 1.0 / 3, ratio < 3 else { return false }
            let reach = (last.area.squareRoot() + sample.area.squareRoot()) / 2
            return predicted(history, at: sample.seconds).distance(to: sample.centroid) <= reach
        }
        let nearest = earlier.min {
            (predicted($0, at: sample.seconds).distance(to: sample.centroid), $0.id)
                < (predicted($1, at: sample.seconds).distance(to: sample.centroid), $1.id)
        }
        return nearest.map { TrackHistory(id: track.id, continuing: $0, with: sample) }
            ?? TrackHistory(id: track.id, first: sample)
    }

    /// Where the centroid would be with the speed of the last two samples.
    private func predicted(_ history: TrackHistory, at seconds: Double) -> Point {
        guard let last = history.last else { return Point(x: 0, y: 0) }
        guard history.samples.count >= 2 else { return last.centroid }
        let before = history.samples[history.samples.count - 2]
        let step = last.seconds - before.seconds
        guard step > 0 else { return last.centroid }
        let factor = (seconds - last.seconds) / step
        return Point(
            x: last.centroid.x + (last.centroid.x - before.centroid.x) * factor,
            y: last.centroid.y + (last.centroid.y - before.centroid.y) * factor)
    }
}
