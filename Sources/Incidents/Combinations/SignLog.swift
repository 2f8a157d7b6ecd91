import Domain

/// The signs of the last minutes, for combinations. A sign that is repeated stays one entry.
struct SignLog: Sendable {
    struct Entry: Sendable {
        let number: Int
        var sign: RuleSign
        /// When it was first seen by the rule, and last.
        var seconds: Double
        var lastSeconds: Double
    }

    private static let maxEntries = 256
    private(set) var entries: [Entry] = []
    private var count = 0

    mutating func append(_ sign: RuleSign, seconds: Double) {
        if let index = entries.lastIndex(where: {
            $0.sign.kind == sign.kind && $0.sign.ruleName == sign.ruleName && $0.sign.tracks.first == sign.tracks.first
                && seconds - $0.lastSeconds <= 30
        }) {
            entries[index].sign = sign
            entries[index].lastSeconds = seconds
            return
        }
        count += 1
        entries.append(Entry(number: count, sign: sign, seconds: seconds, lastSeconds: seconds))
    }

    mutating func forget(before seconds: Double) {
        if let first = entries.first, first.lastSeconds < seconds { entries.removeAll { $0.lastSeconds < seconds } }
        if entries.count > Self.maxEntries { entries.removeFirst(entries.count - Self.maxEntries) }
    }

    mutating func removeAll() { entries.removeAll() }
}
