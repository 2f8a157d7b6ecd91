import Domain
import Foundation
import Media

/// Goes back in time: prompts what lies there after an event, and follows it backwards through the frames before.
///
/// SAM 2's video propagation runs in both directions the same way (Ravi et al., SAM 2: Segment Anything in Images and Videos,
/// 2024, sec. 4); here it starts from pixels that changed instead of from a person's click.
public struct Retracer: Sendable {
    /// What is asked.
    public struct Request: Sendable {
        /// Where something came to rest, in pixels.
        public var place: Region
        /// When the event began by what moved, in seconds.
        public var startSeconds: Double
        /// Where something moved in the frames before, in order of time: the crop looks there as well.
        public var hints: [(seconds: Double, region: Region)]

        public init(place: Region, startSeconds: Double, hints: [(seconds: Double, region: Region)] = []) {
            self.place = place
            self.startSeconds = startSeconds
            self.hints = hints
        }
    }

    /// Frames that are compared as they were before the event, and as they are after it.
    private static let comparedFrames = 5
    /// It goes on until the thing has been seen for this long before the event.
    private static let beforeSeconds = 1.5
    /// Longest time between a hint and a frame that it holds for.
    private static let hintSeconds = 0.07

    /// While nothing moves, neither what is followed nor what motion saw, a frame so often is enough.
    private static let stillStepSeconds = 0.2
    /// IoU of two places between which nothing has moved.
    private static let stillOverlap = 0.8
    /// Time between two frames in which a body is followed, at least: a fall takes half a second.
    private static let bodySeconds = 0.12
    /// For how long a body is followed after it has come down, in seconds.
    private static let lyingSeconds = 2.6
    /// Frames in which nobody need be found before the search is given up.
    private static let bodyTries = 4
    /// Moments of a way at which it is asked whether it is a person.
    private static let askedMoments = 5

    private let family: any SegmentationFamily
    private let person: PersonGauge?
    /// Frames of one request at most; more are thinned out.
    private let maxFrames: Int

    /// - Parameter person: nil leaves open who or what it is.
    public init(family: any SegmentationFamily, person: PersonGauge? = nil, maxFrames: Int = 90) {
        self.family = family
        self.person = person
        self.maxFrames = maxFrames
    }

    /// - Parameter frames: in order of time, of one epoch; the thing lies still in the last ones.
    /// - Returns: nil where there is no frame of before the event to compare with.
    /// - Throws: what a session throws, `CancellationError`.
    public func retrace(_ request: Request, frames: [VideoFrame]) async throws -> RetracedPath? {
        guard let last = frames.last else { return nil }
        let frames = frames.filter { $0.size == last.size }
        var path = RetracedPath(frameSize: last.size, promptSeconds: last.time.seconds)
        let before = frames.filter { $0.time.seconds < request.startSeconds - 0.15 }.prefix(Self.comparedFrames)
        let after = frames.suffix(Self.comparedFrames)
        guard !before.isEmpty else { return nil }
        guard
            let change = ChangedPixels(
                before: Array(before), after: Array(after), place: request.place, scaler: FrameScaler())
        else { return path }
        let session = try family.makeAutomaticSession()
        guard let chosen = try await prompt(session, last, request, change) else { return path }
        path.quality = chosen.quality
        path.changeOverlap = chosen.overlap
        path.outlineGain = change.outlineGain(of: chosen.mask)
        var moments = [Self.moment(chosen.mask, chosen.quality, last.time.seconds)].compactMap(\.self)
        var looked = [last.time.seconds]
        for frame in thinned(Array(frames.dropLast())).reversed() {
            try Task.checkCancellation()
            let seconds = frame.time.seconds
            if seconds < request.startSeconds - Self.beforeSeconds { break }
            let near = Self.hint(request, at: seconds)
            if let latest = looked.last, latest - seconds < Self.stillStepSeconds - 1e-6, Self.isStill(moments),
                Self.isSame(near, Self.hint(request, at: latest))
            {
                continue
            }
            looked.append(seconds)
            switch try await session.step(frame, change: nil, hint: near) {
            case .present(let mask, let quality):
                if let moment = Self.moment(mask, quality, seconds) { moments.append(moment) }
            case .lost: break
            }
        }
        path.moments = moments.reversed()
        path.personPresence = try await presence(path.moments, frames)
        path.lookedSeconds = looked.reversed()
        return path
    }

    /// Follows the person of a request, forwards in time: who stands is found more surely than who lies.
    /// - Parameter frames: in order of time, of one epoch, from before the request's `startSeconds` on.
    /// - Returns: nil where there is no network that knows persons.
    /// - Throws: an error of the runtime, `CancellationError`.
    public func followBody(_ request: Request, endSeconds: Double, frames: [VideoFrame]) async throws -> BodyPath? {
        guard let person, let last = frames.last else { return nil }
        var asked: [VideoFrame] = []
        for frame in frames where frame.size == last.size && frame.time.seconds <= endSeconds + Self.lyingSeconds {
            if let latest = asked.last, frame.time.seconds - latest.time.seconds < Self.bodySeconds { continue }
            asked.append(frame)
        }
        return try await person.follow(asked) { seconds in
            let hint = request.hints.min { abs($0.seconds - seconds) < abs($1.seconds - seconds) }
            return hint?.region ?? request.place
        } while: { path in
            // Nobody is there, or whoever is there has not come down: the rest would say nothing new.
            let looked = path.lookedSeconds.last ?? 0
            if path.moments.isEmpty { return path.lookedSeconds.count < Self.bodyTries }
            guard looked > endSeconds + 0.4, let first = path.moments.first else { return true }
            let lowest = path.moments.map(\.shoulders.y).max() ?? 0
            return lowest - first.shoulders.y >= first.torsoPixels
        }
    }

    /// Where motion saw it, at about that time.
    private static func hint(_ request: Request, at seconds: Double) -> Region? {
        let nearest = request.hints.min { abs($0.seconds - seconds) < abs($1.seconds - seconds) }
        return nearest.flatMap { abs($0.seconds - seconds) <= hintSeconds ? $0.region : nil }
    }

    /// Whether it lies where it lay in the two frames before.
    private static func isStill(_ moments: [RetracedPath.Moment]) -> Bool {
        guard moments.count >= 2 else { return false }
        return moments[moments.count - 1].region.iou(moments[moments.count - 2].region) >= stillOverlap
    }

    private static func isSame(_ a: Region?, _ b: Region?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return a.iou(b) >= stillOverlap
    }

    /// Asks at some moments, spread over the way, whether the thing is a person.
    private func presence(_ moments: [RetracedPath.Moment], _ frames: [VideoFrame]) async throws -> [Double] {
        guard let person, !moments.isEmpty else { return [] }
        var found: [Double] = []
        for number in 0..<Self.askedMoments {
            let moment = moments[number * (moments.count - 1) / max(1, Self.askedMoments - 1)]
            guard let frame = frames.first(where: { $0.time.seconds == moment.seconds }) else { continue }
            found.append(try await person.presence(in: frame, of: moment.region))
        }
        return found
    }

    private struct Chosen {
        var mask: Mask
        var quality: Double
        var overlap: Double
    }

    /// Several prompts compete: the outline that covers what changed, and of which the network is sure, is the thing.
    private func prompt(
        _ session: any SegmentationSession, _ frame: VideoFrame, _ request: Request, _ change: ChangedPixels
    ) async throws -> Chosen? {
        guard let changed = change.mask, let inner = change.innerPoint, frame.size.contains(inner) else { return nil }
        var found: [MaskCandidate] = []
        let box = changed.boundingRegion.clamped(to: frame.size)
        found += try await session.start(
            frame, prompt: Prompt(positive: [inner], box: box, mask: changed), change: nil)
        found += try await session.start(frame, prompt: Prompt(positive: [inner], box: box), change: nil)
        found += try await session.start(frame, prompt: Prompt(positive: [inner]), change: nil)
        let rated = found.filter { $0.mask.area >= 12 }.map { candidate in
            Chosen(mask: candidate.mask, quality: candidate.predictedIoU, overlap: candidate.mask.iou(changed))
        }
        let best = rated.max { Self.rating($0, change) < Self.rating($1, change) }
        guard let best else { return nil }
        _ = try await session.start(frame, prompt: Prompt(mask: best.mask), change: nil)
        return best
    }

    private static func rating(_ chosen: Chosen, _ change: ChangedPixels) -> Double {
        chosen.quality + chosen.overlap + 0.5 * change.outlineGain(of: chosen.mask)
    }

    /// At most as many as a request may cost, evenly, the last ones all.
    private func thinned(_ frames: [VideoFrame]) -> [VideoFrame] {
        guard frames.count > maxFrames else { return frames }
        let step = Double(frames.count) / Double(maxFrames)
        return (0..<maxFrames).map { frames[min(frames.count - 1, Int(clamping: (Double($0) + 0.5) * step))] }
    }

    private static func moment(_ mask: Mask, _ quality: Double, _ seconds: Double) -> RetracedPath.Moment? {
        guard let centroid = mask.centroid else { return nil }
        return RetracedPath.Moment(
            seconds: seconds, region: mask.boundingRegion, centroid: centroid, area: Double(mask.area),
            quality: quality, mask: mask)
    }
}
