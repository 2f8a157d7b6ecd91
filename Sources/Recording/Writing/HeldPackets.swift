import Media

/// The packets of a clip that a failing disk could still take away: from the last key frame before what is not on disk yet.
struct HeldPackets: Sendable {
    private(set) var items: [RingItem] = []
    private(set) var bytes = 0
    /// How many of the first ones are on disk.
    private var saved = 0

    mutating func append(_ item: RingItem) {
        items.append(item)
        bytes += item.packet.byteCount
    }

    /// A fragment has reached the disk: all but the newest packet, which opens the next one.
    mutating func markSaved() {
        saved = max(0, items.count - 1)
        guard let key = items[...saved].lastIndex(where: { $0.packet.isKeyFrame }), key > 0 else { return }
        for item in items[..<key] { bytes -= item.packet.byteCount }
        items.removeFirst(key)
        saved -= key
    }

    /// They are to be written once more, into another file.
    mutating func beginAgain() { saved = 0 }

    mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
        bytes = 0
        saved = 0
    }
}
