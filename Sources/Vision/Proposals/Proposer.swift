import Domain

/// Chooses the tracks to show to the network: seen now, of sane size, of a clear shape; first those that move, then the
/// young, then the large.
enum Proposer {
    static func proposals(
        tracks: [BlobTrack], labels: Plane<UInt16>, frameSize: FrameSize, factor: Int, seconds: Double,
        settings: ProposalSettings
    ) -> [Proposal] {
        let picture = Double(labels.width * labels.height)
        var proposals: [Proposal] = []
        for track in tracks {
            guard let id = track.id, track.isSeen, track.area >= settings.minAreaFraction * picture,
                track.area <= settings.maxAreaFraction * picture,
                track.area >= settings.minFill * Double(track.box.area),
                let inner = InnerPoint.find(labels: labels, label: track.label, box: track.box)
            else { continue }
            let scale = Double(factor)
            let box = Region(
                x: track.box.left * factor, y: track.box.top * factor, width: track.box.width * factor,
                height: track.box.height * factor
            ).clamped(to: frameSize)
            let point = Point(x: (Double(inner.x) + 0.5) * scale, y: (Double(inner.y) + 0.5) * scale)
            let moves = track.restingSince == nil ? 2.0 : 0.0
            let youth = max(0, 1 - (seconds - track.bornSeconds) / 10)
            proposals.append(
                Proposal(
                    trackID: id, prompt: Prompt(positive: [point], box: box),
                    priority: moves + youth + min(1, track.area / picture * 20)))
        }
        return proposals.sorted { ($1.priority, $0.trackID) < ($0.priority, $1.trackID) }
    }
}
