/// What a combination asks for. Read aloud: "all of: a fall, in the walkway; and not: somebody entered, within 30 s".
public indirect enum Condition: Hashable, Sendable, Codable {
    /// A rule has detected something of this kind.
    case detection(DetectionPattern)
    case all([Condition])
    case any([Condition])
    /// The other has not been seen in the time that is looked back on.
    case not(Condition)
    /// `then` follows `first` within a time. When `then` is a `not`, it holds once that time is over without it.
    case sequence(first: Condition, then: Condition, withinSeconds: Double)
    case during(WeekSchedule)
    /// Something is in a zone now.
    case occupied(zone: String)

    /// The longest time that must be looked back on, beside the combination's own.
    public var memorySeconds: Double {
        switch self {
        case .detection, .during, .occupied: 0
        case .all(let parts), .any(let parts): parts.map(\.memorySeconds).max() ?? 0
        case .not(let part): part.memorySeconds
        case .sequence(let first, let then, let within): within + first.memorySeconds + then.memorySeconds
        }
    }
}
