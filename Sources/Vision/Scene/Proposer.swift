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

/// Where the network should look: a prompt, exactly as a person would click, for a track that the motion detector found.
public struct Proposal: Hashable, Sendable {
    public var trackID: TrackID
    public var prompt: Prompt
    /// The higher, the more it matters.
    public var priority: Double

    public init(trackID: TrackID, prompt: Prompt, priority: Double) {
        self.trackID = trackID
        self.prompt = prompt
        self.priority = priority
    }
}

/// Which blobs are worth a look by the network.
public struct ProposalSettings: Hashable, Sendable {
    /// Part of the picture that a blob must at least and may at most cover.
    public var minAreaFraction = 0.0006
    public var maxAreaFraction = 0.3
    /// Part of its bounding box that a clear blob fills.
    public var minFill = 0.25

    public init() {}
}

/// The pixel of a blob farthest from its edge, where a person would click.
enum InnerPoint {
    /// By the chamfer distance 3-4 (Borgefors 1986); beyond the picture counts as edge.
    /// - Returns: nil when no pixel in `box` has the label.
    static func find(labels: Plane<UInt16>, label: UInt16, box: Box) -> (x: Int, y: Int)? {
        let left = max(0, box.left), top = max(0, box.top)
        let right = min(labels.width - 1, box.right), bottom = min(labels.height - 1, box.bottom)
        guard left <= right, top <= bottom else { return nil }
        // One pixel of edge all around.
        let width = right - left + 3, height = bottom - top + 3
        var distance = [Int32](repeating: 0, count: width * height)
        for y in 1..<height - 1 {
            for x in 1..<width - 1 where labels.pixels[(top + y - 1) * labels.width + left + x - 1] == label {
                let at = y * width + x
                distance[at] = min(
                    min(distance[at - 1], distance[at - width]) + 3,
                    min(distance[at - width - 1], distance[at - width + 1]) + 4)
            }
        }
        var best = -1
        for y in (1..<height - 1).reversed() {
            for x in (1..<width - 1).reversed() {
                let at = y * width + x
                guard distance[at] > 0 else { continue }
                distance[at] = min(
                    distance[at],
                    min(
                        min(distance[at + 1], distance[at + width]) + 3,
                        min(distance[at + width + 1], distance[at + width - 1]) + 4))
                // Among equals the first in reading order.
                if best < 0 || distance[at] >= distance[best] { best = at }
            }
        }
        return best < 0 ? nil : (left + best % width - 1, top + best / width - 1)
    }
}
