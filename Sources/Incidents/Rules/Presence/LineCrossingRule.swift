import Domain

/// `line_crossing`: see ``LineCrossingSettings``. The foot must have been clear of the line on one side, then on the other,
/// and have passed between the line's ends.
struct LineCrossingRule: SceneRule {
    private struct Side: Hashable, Sendable {
        /// −1: right, 1: left of the line, as seen from its first point to its second.
        var sign: Double
        var place: Point
        var seconds: Double
    }

    private let settings: LineCrossingSettings
    private var sides: [TrackID: Side] = [:]

    init(settings: LineCrossingSettings) { self.settings = settings }

    mutating func removeAll() { sides.removeAll() }

    mutating func assess(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleSign] {
        var signs: [RuleSign] = []
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
            let evidence = context.evidence(
                "margin", pixels: abs(distance), settings.margin, at: foot, kind: .lineCrossing)
            let sign = PresenceSign.make(
                .lineCrossing, name: settings.name, track: track, start: before.seconds, end: context.seconds,
                zone: context.scene.zone(at: foot, in: context.frameSize), severity: .medium, evidence: [evidence],
                isPartOnly: settings.isPartOnly, context)
            if let sign { signs.append(sign) }
        }
        sides = sides.filter { ledger.histories[$0.key] != nil }
        return signs
    }

    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        ledger.seen.compactMap { id in
            guard let sample = ledger.histories[id]?.last else { return nil }
            let foot = context.foot(sample.region)
            let evidence = context.evidence(
                "margin", pixels: distance(of: foot, context), settings.margin, at: foot, kind: .lineCrossing)
            return RuleScore(evidence, .lineCrossing, name: settings.name, track: id)
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
            Point(x: settings.from.x * width, y: settings.from.y * height),
            Point(x: settings.to.x * width, y: settings.to.y * height)
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
