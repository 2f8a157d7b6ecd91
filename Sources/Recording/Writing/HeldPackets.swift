import Domain
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

    /// Fragments have reached the disk.
    /// - Parameter last: The last picture in them, by its decoding time.
    mutating func markSaved(until last: MediaTime) {
        saved = items.firstIndex { $0.packet.isVideo && $0.packet.time > last } ?? items.count
        guard let key = items.prefix(saved + 1).lastIndex(where: { $0.packet.isKeyFrame }), key > 0 else { return }
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
