import Domain
import Foundation

extension PacketRing {
    /// The time of day of a moment of the ring's time line: counted from the key frame at or before it.
    /// - Returns: nil when the ring holds nothing of its epoch.
    public func date(at time: MediaTime) -> Date? {
        state.withLock { state in
            var found: Packet?
            var gop = state.first
            while let current = gop {
                if let key = current.items.first?.packet, key.pts.epoch == time.epoch, found == nil || key.pts <= time {
                    found = key
                }
                gop = current.next
            }
            return found.flatMap { key in time.seconds(since: key.pts).map { key.date + $0 } }
        }
    }

    /// The time of day of the newest key frame.
    public var lastKeyFrameDate: Date? { state.withLock { $0.last?.items.first?.packet.date } }
}
