import Domain
import Foundation

extension PacketRing {
    /// Where a time of day lies on the ring's time line: counted from the key frame at or before it, else from the oldest
    /// there is. How a moment seen in one stream of a camera is found in another.
    /// - Returns: nil while the ring is empty.
    public func time(at date: Date) -> MediaTime? {
        state.withLock { state in
            var found = state.first?.items.first?.packet
            var gop = state.first
            while let current = gop {
                guard let key = current.items.first?.packet, key.date <= date else { break }
                found = key
                gop = current.next
            }
            return found.map { $0.pts.advanced(bySeconds: date.timeIntervalSince($0.date)) }
        }
    }
}
