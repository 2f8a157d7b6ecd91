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

    /// A prompt that was given in pixels of a picture of `size`.
    public init(_ prompt: Prompt, in size: FrameSize, moment: Moment) {
        let width = Double(max(1, size.width)), height = Double(max(1, size.height))
        func fraction(_ x: Double, _ y: Double) -> Point { Point(x: min(1, x / width), y: min(1, y / height)) }
        // A quarter of a pixel inside: rounded to pixels again, the corner is the same.
        let box = prompt.box.map { box in
            (
                from: fraction(Double(box.x) + 0.25, Double(box.y) + 0.25),
                to: fraction(Double(box.endX) + 0.25, Double(box.endY) + 0.25)
            )
        }
        self.init(
            moment: moment, positive: prompt.positive.map { fraction($0.x, $0.y) },
            negative: prompt.negative.map { fraction($0.x, $0.y) }, box: box)
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

/// Objects that were found in a picture without a click.
public struct ObjectsAnswer: Hashable, Sendable {
    /// One of them, with the click that leads to it.
    public struct Object: Hashable, Sendable {
        public var mask: Mask
        public var predictedIoU: Double
        /// As a vision model calls it; empty where none was asked.
        public var label: String
        public var click: PictureClick
        /// Which of the click's candidates it is.
        public var candidate: Int

        public init(mask: Mask, predictedIoU: Double, label: String = "", click: PictureClick, candidate: Int) {
            self.mask = mask
            self.predictedIoU = predictedIoU
            self.label = label
            self.click = click
            self.candidate = candidate
        }
    }

    /// The frame that was looked at, on the time line of the live video (or of the clip).
    public var time: MediaTime
    public var frameSize: FrameSize
    /// Best first, or in the vision model's order.
    public var objects: [Object]
    /// False when the time was over before all places were looked at.
    public var isComplete: Bool
    /// Places that the vision model named and that hold no such object, or were too many.
    public var leftOut: Int

    public init(time: MediaTime, frameSize: FrameSize, objects: [Object], isComplete: Bool, leftOut: Int) {
        self.time = time
        self.frameSize = frameSize
        self.objects = objects
        self.isComplete = isComplete
        self.leftOut = leftOut
    }
}
