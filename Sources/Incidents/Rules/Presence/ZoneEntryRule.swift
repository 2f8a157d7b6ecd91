import Domain

/// `zone_entry`: see ``ZoneEntrySettings``. Announced once for each stay.
struct ZoneEntryRule: SceneRule {
    private let settings: ZoneEntrySettings
    private let place: ZonePlace
    private var watch = StayWatch()

    init(settings: ZoneEntrySettings, scene: CameraScene) {
        self.settings = settings
        place = ZonePlace(names: settings.zones, kinds: settings.zoneKinds, scene: scene, everywhereWithout: false)
    }

    mutating func removeAll() { watch.removeAll() }

    mutating func assess(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleSign] {
        let minHeight = settings.minHeight
        watch.update(ledger, place, context) {
            Double($0.region.height) >= context.pixels(minHeight, at: context.foot($0.region))
        }
        var signs: [RuleSign] = []
        for id in ledger.seen {
            guard let stay = watch.stays[id], !stay.isAnnounced, let track = ledger.histories[id],
                stay.lastSeen - stay.since >= settings.minSeconds - 1e-6
            else { continue }
            watch.announce(id)
            let sign = PresenceSign.make(
                .zoneEntry, name: settings.name, track: track, start: stay.since, end: context.seconds, zone: stay.zone,
                severity: .medium, evidence: evidence(stay, track, context), isPartOnly: settings.isPartOnly, context)
            if let sign { signs.append(sign) }
        }
        return signs
    }

    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        ledger.seen.flatMap { id -> [RuleScore] in
            guard let stay = watch.stays[id], let track = ledger.histories[id] else { return [] }
            return evidence(stay, track, context).map { RuleScore($0, .zoneEntry, name: settings.name, track: id) }
        }
    }

    private func evidence(_ stay: StayWatch.Stay, _ track: TrackHistory, _ context: RuleContext) -> [Evidence] {
        [
            Evidence(
                parameter: "min_seconds", measured: stay.lastSeen - stay.since, threshold: settings.minSeconds,
                unit: "s",
                kind: .zoneEntry),
            context.evidence(
                "min_height", pixels: Double(track.last?.region.height ?? 0), settings.minHeight, at: stay.place,
                kind: .zoneEntry),
        ]
    }
}
