import Domain

/// What a rule saw: one sign of an incident, at its first report or with new measurements. Times are seconds on the
/// epoch's media time.
struct RuleSign: Hashable, Sendable {
    var kind: IncidentKind
    var startSeconds: Double
    var endSeconds: Double
    var region: Region
    var severity: Severity
    var facts: IncidentFacts
    var evidence: [Evidence]
    /// In order; empty where the whole picture is meant. The first is the one that the rule judged.
    var tracks: [TrackID]
    /// The site's name of the rule, where it gave one.
    var ruleName: String?
    /// It is no incident by itself, only a part of combinations.
    var isPartOnly = false
}
