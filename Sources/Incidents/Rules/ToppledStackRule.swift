import Domain

/// `toppled_stack`: something that stood where it is seen sinks within seconds, ends wider or flatter, and lies still.
/// Judged over all blobs that the event made, because boxes separate and the place they left hangs together with them.
struct ToppledStackRule: Sendable {
    private let settings: ToppledStackSettings
    private var announced: [TrackID: Double] = [:]

    init(settings: ToppledStackSettings) { self.settings = settings }

    mutating func removeAll() { announced.removeAll() }

    /// - Parameter spreading: tracks known as liquids.
    mutating func assess(_ ledger: TrackLedger, spreading: Set<TrackID>, _ context: RuleContext) -> [RuleSign] {
        guard settings.enabled else { return [] }
        var signs: [RuleSign] = []
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
            signs.append(sign(collapse, rest, context))
        }
        announced = announced.filter { ledger.histories[$0.key] != nil }
        return signs
    }

    /// What began within the time that a collapse may take.
    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        guard settings.enabled else { return [] }
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let history = ledger.histories[id], history.origin == .motion,
                context.seconds - history.firstSeconds <= settings.maxSeconds + settings.restSeconds,
                let collapse = Collapse(measuring: history, ledger, context)
            else { return [] }
            return collapse.measured(settings, context).enumerated().map {
                RuleScore($0.element, .toppledStack, track: id, isUpperLimit: $0.offset == 3)
            }
        }
    }

    private func sign(_ collapse: Collapse, _ rest: Rest, _ context: RuleContext) -> RuleSign {
        var facts = IncidentFacts()
        facts.dropPixels = collapse.sink
        facts.dropMetres = collapse.scale.map { collapse.sink / context.height * $0 }
        facts.parts = collapse.parts
        let zone = context.scene.zone(at: context.foot(collapse.region), in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        return RuleSign(
            kind: .toppledStack, startSeconds: collapse.startSeconds, endSeconds: rest.startSeconds,
            region: collapse.region.clamped(to: context.frameSize),
            severity: facts.zoneKind == .walkway || collapse.stoodHeight >= 0.3 * context.height ? .high : .medium,
            facts: facts, evidence: collapse.measured(settings, context), tracks: collapse.tracks)
    }
}
