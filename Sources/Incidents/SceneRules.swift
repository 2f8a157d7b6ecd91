import Domain

/// The rules about where things are and how they move, as the site set them up; beside them the combinations.
struct SceneRules: Sendable {
    private var rules: [any SceneRule] = []
    private var combinations: [CombinationRule]
    private var log = SignLog()
    private let memorySeconds: Double

    init(settings: RuleSettings, scene: CameraScene) {
        rules += settings.zoneEntries.map { ZoneEntryRule(settings: $0, scene: scene) }
        rules += settings.lineCrossings.map { LineCrossingRule(settings: $0) }
        rules += settings.dwells.map { DwellRule(settings: $0, scene: scene) }
        if settings.nearMiss.enabled { rules.append(NearMissRule(settings: settings.nearMiss)) }
        if settings.personDown.enabled { rules.append(PersonDownRule(settings: settings.personDown)) }
        combinations = settings.combinations.map(CombinationRule.init)
        memorySeconds = combinations.map(\.memorySeconds).max() ?? 0
    }

    /// Forgets tracks; what has been seen for combinations stays.
    mutating func removeAll() {
        for index in rules.indices { rules[index].removeAll() }
    }

    /// Forgets everything: time begins anew.
    mutating func restart() {
        removeAll()
        log.removeAll()
        for index in combinations.indices { combinations[index].removeAll() }
    }

    mutating func assess(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleSign] {
        var signs: [RuleSign] = []
        for index in rules.indices { signs += rules[index].assess(ledger, context) }
        return signs
    }

    /// - Parameter signs: all that any rule saw in this frame and that counts.
    mutating func combine(_ signs: [RuleSign], _ ledger: TrackLedger, _ context: RuleContext) -> [RuleSign] {
        guard !combinations.isEmpty else { return [] }
        for sign in signs { log.append(sign, seconds: context.seconds) }
        log.forget(before: context.seconds - memorySeconds)
        guard !log.entries.isEmpty else { return [] }
        let moment = CombinationRule.Moment(
            seconds: context.seconds, date: context.date, occupied: occupied(ledger, context))
        return combinations.indices.compactMap { combinations[$0].assess(log, moment) }
    }

    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        rules.flatMap { $0.scores(ledger, context) }
    }

    private func occupied(_ ledger: TrackLedger, _ context: RuleContext) -> Set<String> {
        var names: Set<String> = []
        for id in ledger.seen {
            guard let region = ledger.histories[id]?.last?.region else { continue }
            let foot = context.foot(region)
            for zone in context.scene.zones where zone.contains(foot, in: context.frameSize) { names.insert(zone.name) }
        }
        return names
    }
}
