import Domain

/// `toppled_stack`: what comes down in place is a stack, or something tall, that toppled.
///
/// The reasoning: what topples stood. Its place changes from one moment to the next without anything having come there, so
/// that what was covered first stays covered; the changing part sinks, as its centre of mass does, within the two or three
/// seconds that sliding and tipping take (a slender body of 2 m tips over in 1.5 s once it leans); it ends wider or flatter
/// than it began and lies still. Who walks in is not there from one moment to the next; who bends down comes up again.
public struct ToppledStackSettings: SingleRuleParameters {
    public static let kind = IncidentKind.toppledStack
    public static let sentence = "Something that stood sinks within seconds, ends wider or flatter, and lies still."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = true
    @Parameter(
        "min_height", pictureHeights: 0.01...1, metres: 0.05...20, pixels: 1...10_000, fires: .atLeast,
        "Smallest height of what stood.")
    public var minHeight = LengthThreshold(metres: 0.8, pictureHeights: 0.11)
    @Parameter(
        "min_sink_fraction", .ratio, 0...1, fires: .atLeast,
        "How far what moves must sink, as a part of the height that stood.")
    public var minSinkFraction = 0.15
    @Parameter(
        "min_sink_speed", pictureHeights: 0...10, metres: 0...20, pixels: 0...100_000, per: .second, fires: .atLeast,
        "Smallest speed at which what moves sinks: hands take a stack down slower.")
    public var minSinkSpeed = LengthThreshold(metres: 0.4, pictureHeights: 0.08)
    @Parameter(
        "max_aspect_kept", .ratio, 0.1...5, fires: .atMost,
        "Largest height to width of what lies, as a part of that of what stood: it spread, or its axis turned.")
    public var maxAspectKept = 0.85
    @Parameter("max_seconds", .seconds, 0.5...8, fires: .atMost, "Longest time from the first movement to rest.")
    public var maxSeconds = 5.0
    @Parameter("rest_seconds", .seconds, 0.2...5, fires: .atLeast, "How long it must lie still before it is announced.")
    public var restSeconds = 0.8

    public init() {}
}

extension RuleSettings {
    public var toppledStack: ToppledStackSettings {
        get { self[ToppledStackSettings.self] }
        set { self[ToppledStackSettings.self] = newValue }
    }
}

/// `toppled_stack`: something that stood where it is seen sinks within seconds, ends wider or flatter, and lies still.
/// Judged over all blobs that the event made, because boxes separate and the place they left hangs together with them.
struct ToppledStackRule: Rule {
    static let isReportedFirst = true

    private let settings: ToppledStackSettings
    private var announced: [TrackID: Double] = [:]

    init(_ settings: ToppledStackSettings, scene: CameraScene) { self.settings = settings }

    mutating func forget() { announced.removeAll() }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let ledger = frame.ledger, context = frame.context, spreading = frame.spreading
        var detections: [Detection] = []
        for id in ledger.seen where !spreading.contains(id) && announced[id] == nil {
            guard let history = ledger.histories[id], history.origin == .motion,
                let rest = Rest(
                    of: history.samples, height: context.height, seconds: settings.restSeconds, isWhole: true),
                !rest.isSpreading, let last = history.last,
                last.seconds - rest.startSeconds <= settings.restSeconds + 1.5,
                let collapse = Collapse(of: history, until: rest, ledger, context, settings: settings),
                collapse.tracks.allSatisfy({ announced[$0] == nil && !spreading.contains($0) })
            else { continue }
            for track in collapse.tracks { announced[track] = rest.startSeconds }
            detections.append(detection(collapse, rest, context))
        }
        announced = announced.filter { ledger.histories[$0.key] != nil }
        return detections
    }

    /// What began within the time that a collapse may take.
    func scores(_ frame: RuleInput) -> [RuleScore] {
        let ledger = frame.ledger, context = frame.context
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id], history.origin == .motion,
                context.seconds - history.firstSeconds <= settings.maxSeconds + settings.restSeconds,
                let collapse = Collapse(measuring: history, ledger, context)
            else { return [] }
            return collapse.measured(settings, context).map { RuleScore($0, Settings.kind, track: id) }
        }
    }

    private func detection(_ collapse: Collapse, _ rest: Rest, _ context: RuleContext) -> Detection {
        var facts = IncidentFacts()
        facts.dropPixels = collapse.sink
        facts.dropMetres = collapse.scale.map { collapse.sink / context.height * $0 }
        facts.parts = collapse.parts
        let zone = context.scene.zone(at: context.foot(collapse.region), in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        return Detection(
            kind: .toppledStack, startSeconds: collapse.startSeconds, endSeconds: rest.startSeconds,
            region: collapse.region.clamped(to: context.frameSize),
            severity: facts.zoneKind == .walkway || collapse.stoodHeight >= 0.3 * context.height ? .high : .medium,
            facts: facts, evidence: collapse.measured(settings, context), tracks: collapse.tracks)
    }
}
