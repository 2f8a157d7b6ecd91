import Domain

/// `zone_entry`: something comes into a zone and is there for a moment.
public struct ZoneEntrySettings: ListedRuleParameters {
    public static let kind = IncidentKind.zoneEntry
    public static let sentence = "A foot is inside one of the zones for a moment; announced once for each stay."
    public static let needed = ["zones", "zone_kinds"]

    public var name = ""
    @Parameter(zones: "zones", "Names of zones.")
    public var zones: [String] = []
    @Parameter("zone_kinds", "Kinds of zones, where no names are given.")
    public var zoneKinds: [Zone.Kind] = []
    /// What is smaller is no person and no vehicle.
    @Parameter("min_height", fires: .atLeast, "Smallest height in the picture.")
    public var minHeight = LengthThreshold(metres: 0.8, pictureHeights: 0.08)
    @Parameter("min_seconds", .seconds, 0...3600, fires: .atLeast, "How long its foot must be inside.")
    public var minSeconds = 0.5
    @Parameter("part_only", "No incident by itself, only a part of combinations.")
    public var isPartOnly = false
    public var policy = RulePolicy()
    public var cameras: [CameraID] = []

    public init() {}

    public init(name: String, zones: [String] = [], zoneKinds: [Zone.Kind] = []) {
        self.name = name
        self.zones = zones
        self.zoneKinds = zoneKinds
    }
}

/// `zone_entry`: see ``ZoneEntrySettings``. Announced once for each stay.
struct ZoneEntryRule: Rule {
    private let settings: ZoneEntrySettings
    private let place: ZonePlace
    private var watch = StayWatch()

    init(_ settings: ZoneEntrySettings, scene: CameraScene) {
        self.settings = settings
        place = ZonePlace(names: settings.zones, kinds: settings.zoneKinds, scene: scene, everywhereWithout: false)
    }

    static func obstacle(_ settings: ZoneEntrySettings, in scene: CameraScene) -> String? {
        ZonePlace(names: settings.zones, kinds: settings.zoneKinds, scene: scene, everywhereWithout: false).isNowhere
            ? "none of its zones is there" : nil
    }

    mutating func forget() { watch.removeAll() }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let ledger = frame.ledger, context = frame.context
        let minHeight = settings.minHeight
        watch.update(ledger, place, context) {
            Double($0.region.height) >= context.pixels(minHeight, at: context.foot($0.region))
        }
        var detections: [Detection] = []
        for id in ledger.seen {
            guard let stay = watch.stays[id], !stay.isAnnounced, let track = ledger.histories[id],
                stay.lastSeen - stay.since >= settings.minSeconds - 1e-6
            else { continue }
            watch.announce(id)
            let detection = Detection(
                settings, track: track, start: stay.since, end: context.seconds, zone: stay.zone,
                severity: .medium, evidence: evidence(stay, track, context), context)
            if let detection { detections.append(detection) }
        }
        return detections
    }

    func scores(_ frame: RuleInput) -> [RuleScore] {
        let ledger = frame.ledger, context = frame.context
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let stay = watch.stays[id], let track = ledger.histories[id] else { return [] }
            return evidence(stay, track, context).map { RuleScore($0, Settings.kind, name: settings.name, track: id) }
        }
    }

    private func evidence(_ stay: StayWatch.Stay, _ track: TrackHistory, _ context: RuleContext) -> [Evidence] {
        [
            settings.$minSeconds.evidence(stay.lastSeen - stay.since),
            context.evidence(
                settings.$minHeight, pixels: Double(track.last?.region.height ?? 0), at: stay.place),
        ]
    }
}
