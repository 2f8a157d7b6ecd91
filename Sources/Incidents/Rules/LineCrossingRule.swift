import Domain

/// `line_crossing`: the foot of something passes a line on the floor.
public struct LineCrossingSettings: ListedRuleParameters {
    public static let kind = IncidentKind.lineCrossing
    public static let sentence =
        "A foot goes from clear of a line on one side to clear of it on the other, between the line's ends."

    public static let needed = ["line"]

    public enum Direction: String, Hashable, Sendable, CaseIterable {
        case any
        case toLeft = "to_left"
        case toRight = "to_right"
    }

    public var name = ""
    @Parameter("line", "The line's ends in fractions of the picture.")
    public var line: PictureLine? = nil
    @Parameter(
        "direction", "To which side it must go, as seen by somebody who looks from the line's first end to its second.")
    public var direction = Direction.any
    @Parameter("min_height", fires: .atLeast, "Smallest height in the picture.")
    public var minHeight = LengthThreshold(metres: 0.8, pictureHeights: 0.08)
    @Parameter(
        "margin", fires: .atLeast,
        "How far it must be from the line on each side: who walks along it has not crossed it.")
    public var margin = LengthThreshold(metres: nil, pictureHeights: 0.015)
    @Parameter("part_only", "No incident by itself, only a part of combinations.")
    public var isPartOnly = false
    public var policy = RulePolicy()
    public var cameras: [CameraID] = []

    public init() {}

    public init(name: String, from: Point, to: Point, direction: Direction = .any) {
        self.name = name
        line = PictureLine(from: from, to: to)
        self.direction = direction
    }
}

/// `line_crossing`: see ``LineCrossingSettings``. The foot must have been clear of the line on one side, then on the other,
/// and have passed between the line's ends.
struct LineCrossingRule: Rule {
    private struct Side: Hashable, Sendable {
        /// −1: right, 1: left of the line, as seen from its first point to its second.
        var sign: Double
        var place: Point
        var seconds: Double
    }

    private let settings: LineCrossingSettings
    private let line: PictureLine
    private var sides: [TrackID: Side] = [:]

    init(_ settings: LineCrossingSettings, scene: CameraScene) {
        self.settings = settings
        // From a line without length nothing has a distance, so nothing crosses it.
        line = settings.line ?? PictureLine(from: Point(x: 0, y: 0), to: Point(x: 0, y: 0))
    }

    mutating func forget() { sides.removeAll() }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let ledger = frame.ledger, context = frame.context
        var detections: [Detection] = []
        for id in ledger.seen {
            guard let track = ledger.histories[id], let sample = track.last else { continue }
            let foot = context.foot(sample.region)
            guard Double(sample.region.height) >= context.pixels(settings.minHeight, at: foot) else { continue }
            let distance = distance(of: foot, context)
            let margin = context.pixels(settings.margin, at: foot)
            guard abs(distance) >= margin else { continue }
            let side = Side(sign: distance > 0 ? 1 : -1, place: foot, seconds: context.seconds)
            let before = sides[id] ?? earlierSide(track, context)
            sides[id] = side
            guard let before, before.sign != side.sign, passes(from: before.place, to: foot, context), isWanted(side)
            else { continue }
            let evidence = context.evidence(settings.$margin, pixels: abs(distance), at: foot)
            let detection = Detection(
                settings, track: track, start: before.seconds, end: context.seconds,
                zone: context.scene.zone(at: foot, in: context.frameSize), severity: .medium, evidence: [evidence],
                context)
            if let detection { detections.append(detection) }
        }
        sides = sides.filter { ledger.histories[$0.key] != nil }
        return detections
    }

    func scores(_ frame: RuleInput) -> [RuleScore] {
        let ledger = frame.ledger, context = frame.context
        return ledger.seen.compactMap { id in
            guard let sample = ledger.histories[id]?.last else { return nil }
            let foot = context.foot(sample.region)
            let evidence = context.evidence(settings.$margin, pixels: distance(of: foot, context), at: foot)
            return RuleScore(evidence, Settings.kind, name: settings.name, track: id)
        }
    }

    /// A track that goes on under another id brings its past along.
    private func earlierSide(_ track: TrackHistory, _ context: RuleContext) -> Side? {
        guard track.samples.count >= 2 else { return nil }
        for sample in track.samples.dropLast().reversed() {
            let foot = context.foot(sample.region)
            let distance = distance(of: foot, context)
            if abs(distance) >= context.pixels(settings.margin, at: foot) {
                return Side(sign: distance > 0 ? 1 : -1, place: foot, seconds: sample.seconds)
            }
        }
        return nil
    }

    private func isWanted(_ side: Side) -> Bool {
        switch settings.direction {
        case .any: true
        case .toLeft: side.sign > 0
        case .toRight: side.sign < 0
        }
    }

    private func ends(_ context: RuleContext) -> (Point, Point) {
        let (width, height) = (Double(context.frameSize.width), context.height)
        return (
            Point(x: line.from.x * width, y: line.from.y * height),
            Point(x: line.to.x * width, y: line.to.y * height)
        )
    }

    /// Distance from the endless line in pixels, > 0 to the left of it. In a picture y goes down, so left of a line that
    /// goes away from the viewer (upwards) is where x is smaller.
    private func distance(of point: Point, _ context: RuleContext) -> Double {
        let (a, b) = ends(context)
        let length = max(1e-9, a.distance(to: b))
        return ((b.y - a.y) * (point.x - a.x) - (b.x - a.x) * (point.y - a.y)) / length
    }

    /// Whether the way between two points meets the line between its ends.
    private func passes(from p: Point, to q: Point, _ context: RuleContext) -> Bool {
        let (a, b) = ends(context)
        func side(_ o: Point, _ d: Point, _ c: Point) -> Double {
            (d.x - o.x) * (c.y - o.y) - (d.y - o.y) * (c.x - o.x)
        }
        return side(p, q, a) * side(p, q, b) <= 0
    }
}
