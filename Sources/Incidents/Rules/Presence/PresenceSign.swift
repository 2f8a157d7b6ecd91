import Domain

/// How rules about where things are make their signs.
enum PresenceSign {
    static func make(
        _ kind: IncidentKind, name: String?, track: TrackHistory, start: Double, end: Double, zone: Zone?,
        severity: Severity, evidence: [Evidence], isPartOnly: Bool, _ context: RuleContext
    ) -> RuleSign? {
        guard let last = track.last else { return nil }
        var facts = IncidentFacts()
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        return RuleSign(
            kind: kind, startSeconds: start, endSeconds: end, region: last.region.clamped(to: context.frameSize),
            severity: severity, facts: facts, evidence: evidence, tracks: [track.id], ruleName: name,
            isPartOnly: isPartOnly)
    }
}
