import Domain

/// `dwell`: something that came by itself stays in a zone.
public struct DwellSettings: ListedRuleParameters {
    public static let kind = IncidentKind.dwell
    public static let sentence =
        "A foot stays inside for long; a track that is lost and comes back within 3 s at the same place goes on."

    public var name = ""
    @Parameter(zones: "zones", "Names of zones; the whole picture where neither names nor kinds are given.")
    public var zones: [String] = []
    @Parameter("zone_kinds", "Kinds of zones, where no names are given.")
    public var zoneKinds: [Zone.Kind] = []
    @Parameter("min_height", fires: .atLeast, "Smallest height in the picture.")
    public var minHeight = LengthThreshold(metres: 0.8, pictureHeights: 0.08)
    @Parameter("min_seconds", .seconds, 1...86_400, fires: .atLeast, "How long it must stay.")
    public var minSeconds = 60.0
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

/// `dwell`: see ``DwellSettings``. Announced once for each stay.
struct DwellRule: Rule {
    private let settings: DwellSettings
    private let place: ZonePlace
    private var watch = StayWatch()

    init(_ settings: DwellSettings, scene: CameraScene) {
        self.settings = settings
        place = ZonePlace(names: settings.zones, kinds: settings.zoneKinds, scene: scene, everywhereWithout: true)
    }

    static func obstacle(_ settings: DwellSettings, in scene: CameraScene) -> String? {
        ZonePlace(names: settings.zones, kinds: settings.zoneKinds, scene: scene, everywhereWithout: true).isNowhere
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
                severity: .low, evidence: [evidence(stay)], context)
            if let detection { detections.append(detection) }
        }
        return detections
    }

    func scores(_ frame: RuleInput) -> [RuleScore] {
        frame.ledger.seen.compactMap { id in
            watch.stays[id].map { RuleScore(evidence($0), Settings.kind, name: settings.name, track: id) }
        }
    }

    private func evidence(_ stay: StayWatch.Stay) -> Evidence {
        settings.$minSeconds.evidence(stay.lastSeen - stay.since)
    }
}
