/// What a person clicked in a picture. Positions are fractions of its width and height, 0 to 1.
public struct PictureClick: Hashable, Sendable {
    public enum Moment: Hashable, Sendable {
        /// The newest frame.
        case newest
        /// A frame of the live video.
        case live(MediaTime)
        /// A frame of a clip, in seconds of its video.
        case clip(ClipID, seconds: Double)
    }

    public var moment: Moment
    public var positive: [Point]
    public var negative: [Point]
    /// Left, top, right and bottom of a box around the object.
    public var box: (left: Double, top: Double, right: Double, bottom: Double)? {
        corners.map { ($0.from.x, $0.from.y, $0.to.x, $0.to.y) }
    }
    private var corners: Corners?

    private struct Corners: Hashable, Sendable {
        var from: Point
        var to: Point
    }

    public init(
        moment: Moment = .newest, positive: [Point], negative: [Point] = [], box: (from: Point, to: Point)? = nil
    ) {
        self.moment = moment
        self.positive = positive
        self.negative = negative
        corners = box.map { Corners(from: $0.from, to: $0.to) }
    }

    /// The same in pixels of a picture of `size`.
    public func prompt(in size: FrameSize) -> Prompt {
        func pixel(_ point: Point) -> Point {
            // A click on the very edge is on the last pixel.
            Point(
                x: min(max(0, point.x) * Double(size.width), Double(size.width) - 0.5),
                y: min(max(0, point.y) * Double(size.height), Double(size.height) - 0.5))
        }
        let region = corners.map { corners in
            let from = pixel(corners.from), to = pixel(corners.to)
            return Region(
                x: Int(clamping: min(from.x, to.x)), y: Int(clamping: min(from.y, to.y)),
                width: max(1, Int(clamping: abs(to.x - from.x).rounded())),
                height: max(1, Int(clamping: abs(to.y - from.y).rounded())))
        }
        return Prompt(positive: positive.map(pixel), negative: negative.map(pixel), box: region)
    }
}

/// What a click on a picture found.
public struct SegmentAnswer: Hashable, Sendable {
    /// The frame that was clicked, on the time line of the live video (or of the clip).
    public var time: MediaTime
    public var frameSize: FrameSize
    /// Up to three, best first.
    public var candidates: [MaskCandidate]

    public init(time: MediaTime, frameSize: FrameSize, candidates: [MaskCandidate]) {
        self.time = time
        self.frameSize = frameSize
        self.candidates = candidates
    }
}
