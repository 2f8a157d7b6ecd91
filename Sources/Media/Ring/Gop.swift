import Domain

/// A key frame and all up to the next one. Linked from old to new: whoever holds one holds all after it, which is how cursors
/// pin what they still need. Guarded by the ring's lock.
final class Gop {
    var items: [RingItem] = []
    var next: Gop?
    var bytes = 0
    let start: MediaTime

    init(start: MediaTime) { self.start = start }

    /// Seconds from its key frame to the end of what it holds.
    var seconds: Double {
        if let next, let whole = next.start.seconds(since: start) { return whole }
        guard let last = items.last else { return 0 }
        return max(0, last.packet.time.seconds(since: start) ?? 0)
    }

    deinit {
        // One by one: a long chain released at once would recurse as deep.
        var following = next
        next = nil
        while let gop = following, isKnownUniquelyReferenced(&following) {
            following = gop.next
            gop.next = nil
        }
    }
}
