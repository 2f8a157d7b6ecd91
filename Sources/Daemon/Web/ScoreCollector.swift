import Incidents

/// Collects what the rules measure between two looks of a page: of each threshold the value that came nearest to it, so that
/// a short peak isn't lost.
struct ScoreCollector {
    private struct Key: Hashable {
        var kind: String
        var name: String?
        var parameter: String
    }

    private var held: [Key: RuleScore] = [:]

    mutating func add(_ scores: [RuleScore]) {
        for score in scores {
            let key = Key(kind: score.kind.rawValue, name: score.ruleName, parameter: score.parameter)
            if let before = held[key], !score.isNearer(than: before) { continue }
            held[key] = score
        }
    }

    /// All that was collected, in a fixed order; begins anew.
    mutating func take() -> [RuleScore] {
        defer { held.removeAll(keepingCapacity: true) }
        return held.sorted { first, second in
            (first.key.kind, first.key.name ?? "", first.key.parameter)
                < (second.key.kind, second.key.name ?? "", second.key.parameter)
        }.map(\.value)
    }
}
