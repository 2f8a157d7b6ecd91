/// Finds what somebody meant who wrote something else.
enum NearestKey {
    /// - Returns: the candidate that `text` most likely stands for: the same but for spelling style (`preRollSeconds`),
    ///   the same without its unit (`pre_roll`), or with few letters wrong; nil when none is near.
    static func find(_ text: String, in candidates: [String]) -> String? {
        let wanted = plain(text)
        guard !wanted.isEmpty else { return nil }
        if let same = candidates.first(where: { plain($0) == wanted }) { return same }
        let scored = candidates.map { (candidate: $0, edits: distance(wanted, plain($0))) }
        if let best = scored.min(by: { $0.edits < $1.edits }), best.edits <= max(1, wanted.count / 4) {
            return best.candidate
        }
        guard wanted.count >= 3 else { return nil }
        return candidates.first { plain($0).hasPrefix(wanted) || plain($0).hasSuffix(wanted) }
    }

    private static func plain(_ text: String) -> String {
        text.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }
    }

    /// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment distance).
    static func distance(_ first: String, _ second: String) -> Int {
        let a = Array(first), b = Array(second)
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let isSame = a[i - 1] == b[j - 1]
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
