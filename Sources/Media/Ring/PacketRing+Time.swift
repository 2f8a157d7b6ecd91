import Domain
import Foundation

extension PacketRing {
    /// Where a time of day lies on the ring's time line: counted from the packet whose own time of day is nearest, of all key
    /// frames and the newest packet. How a moment seen in one stream of a camera is found in another.
    ///
    /// A wall clock that was set in between leaves older packets with other dates; the nearest one was taken under the same
    /// setting, as long as there is one. The result lies within what the ring holds, or at most some seconds behind it.
    /// - Returns: nil while the ring is empty.
    public func time(at date: Date) -> MediaTime? {
        state.withLock { state in
            var nearest: (packet: Packet, seconds: Double)?
            func look(at packet: Packet?) {
                guard let packet else { return }
                let seconds = date.timeIntervalSince(packet.date)
                // Of two that are equally near the newer one counts.
                if abs(seconds) <= nearest.map({ abs($0.seconds) }) ?? .infinity { nearest = (packet, seconds) }
            }
            var gop = state.first
            while let current = gop {
                look(at: current.items.first?.packet)
                gop = current.next
            }
            look(at: state.last?.items.last { $0.packet.isVideo }?.packet)
            guard let (packet, seconds) = nearest else { return nil }
            let found = packet.pts.advanced(bySeconds: seconds)
            if let oldest = state.first?.items.first?.packet.pts, oldest.epoch == found.epoch, found < oldest {
                return oldest
            }
            if let newest = state.last?.items.last?.packet.time, newest.epoch == found.epoch {
                return min(found, newest.advanced(bySeconds: Self.aheadSeconds))
            }
            return found
        }
    }

    /// One stream of a camera comes so much later than another at most.
    private static let aheadSeconds = 5.0
}
