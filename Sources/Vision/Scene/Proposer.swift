import Domain

/// Which blobs are worth a look by the network.
public struct ProposalSettings: Hashable, Sendable {
    /// Part of the frame that a blob must at least and may at most cover.
    public var minAreaFraction = 0.0006
    public var maxAreaFraction = 0.3
    /// Part of its bounding box that a clear blob fills.
    public var minFill = 0.25

    public init() {}
}

/// A track that the network should look at.
struct Proposal: Sendable {
    let trackID: TrackID
    /// The higher, the more it matters.
    let priority: Double
    /// The prompt, exactly as a person would click. Made when it is wanted, since few of many proposals get a session;
    /// nil when nothing of the track is seen.
    let makePrompt: @Sendable () -> Prompt?
}

/// Chooses the tracks to show to the network: seen now, of sane size, of a clear shape; first those that move, then the
/// young, then the large.
enum Proposer {
    static func proposals(
        tracks: [BlobTrack], labels: Plane<UInt16>, frameSize: FrameSize, factor: Int, seconds: Double,
        settings: ProposalSettings
    ) -> [Proposal] {
        let frameArea = Double(labels.width * labels.height)
        let clear = tracks.filter { track in
            track.id != nil && track.isSeen && track.area >= settings.minAreaFraction * frameArea
                && track.area <= settings.maxAreaFraction * frameArea
                && track.area >= settings.minFill * Double(track.box.area)
        }
        guard !clear.isEmpty else { return [] }
        let labels = LabelMap(labels)
        var proposals: [Proposal] = []
        for track in clear {
            guard let id = track.id else { continue }
            let moves = track.restingSince == nil ? 2.0 : 0.0
            let youth = max(0, 1 - (seconds - track.bornSeconds) / 10)
            let label = track.label, box = track.box
            proposals.append(
                Proposal(trackID: id, priority: moves + youth + min(1, track.area / frameArea * 20)) {
                    labels.prompt(for: label, in: box, frameSize: frameSize, factor: factor)
                })
        }
        return proposals.sorted { ($1.priority, $0.trackID) < ($0.priority, $1.trackID) }
    }
}

/// Which track each grid pixel shows, as it was when the proposals were made: the tracker goes on while the network
/// looks.
private struct LabelMap: Sendable {
    private let labels: [UInt16]
    private let width: Int
    private let height: Int

    init(_ plane: Plane<UInt16>) {
        labels = Array(UnsafeBufferPointer(start: plane.pixels, count: plane.count))
        width = plane.width
        height = plane.height
    }

    /// The track's box and the point of it where a person would click, in pixels of the frame.
    func prompt(for label: UInt16, in box: Box, frameSize: FrameSize, factor: Int) -> Prompt? {
        guard let inner = innerPoint(of: label, in: box) else { return nil }
        let scale = Double(factor)
        let region = Region(
            x: box.left * factor, y: box.top * factor, width: box.width * factor, height: box.height * factor)
        let point = Point(x: (Double(inner.x) + 0.5) * scale, y: (Double(inner.y) + 0.5) * scale)
        return Prompt(positive: [point], box: region.clamped(to: frameSize))
    }

    /// The pixel farthest from the track's edge by the chamfer distance 3-4 (Borgefors 1986); what lies beyond the
    /// frame counts as edge.
    private func innerPoint(of label: UInt16, in box: Box) -> (x: Int, y: Int)? {
        let left = max(0, box.left), top = max(0, box.top)
        let right = min(self.width - 1, box.right), bottom = min(self.height - 1, box.bottom)
        guard left <= right, top <= bottom else { return nil }
        // One pixel of edge all around.
        let width = right - left + 3, height = bottom - top + 3
        var distance = [Int32](repeating: 0, count: width * height)
        for y in 1..<height - 1 {
            for x in 1..<width - 1 where labels[(top + y - 1) * self.width + left + x - 1] == label {
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
