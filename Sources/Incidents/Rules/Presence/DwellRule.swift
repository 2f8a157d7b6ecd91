import Domain

/// `dwell`: see ``DwellSettings``. Announced once for each stay.
struct DwellRule: SceneRule {
    private let settings: DwellSettings
    private let place: ZonePlace
    private var watch = StayWatch()

    init(settings: DwellSettings, scene: CameraScene) {
        self.settings = settings
        place = ZonePlace(names: settings.zones, kinds: settings.zoneKinds, scene: scene, everywhereWithout: true)
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
                .dwell, name: settings.name, track: track, start: stay.since, end: context.seconds, zone: stay.zone,
                severity: .low, evidence: [evidence(stay)], isPartOnly: settings.isPartOnly, context)
            if let sign { signs.append(sign) }
        }
        return signs
    }

    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        ledger.seen.compactMap { id in
            watch.stays[id].map { RuleScore(evidence($0), .dwell, name: settings.name, track: id) }
        }
    }

    private func evidence(_ stay: StayWatch.Stay) -> Evidence {
        Evidence(
            parameter: "min_seconds", measured: stay.lastSeen - stay.since, threshold: settings.minSeconds, unit: "s",
            kind: .dwell)
    }
}
