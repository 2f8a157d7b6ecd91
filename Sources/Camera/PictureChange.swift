import Domain
import Foundation
import Media
import Synchronization

/// Notices when a camera goes on sending the same picture: a sum over samples of the luma plane, once a second. A living
/// camera's noise changes it with every frame.
final class PictureChange: Sendable {
    private struct State {
        var checksum: UInt64?
        var changedAt: Date?
        var lookedAt = -Double.infinity
    }

    private let clock: any WallClock
    private let state = Mutex(State())

    private static let intervalSeconds = 1.0
    /// Enough to meet noise, few enough to cost nothing.
    private static let samplesPerSide = 96

    init(clock: any WallClock) { self.clock = clock }

    /// When the picture last changed; nil before the first frame.
    var changedAt: Date? { state.withLock { $0.changedAt } }

    /// The connection is new: what was before says nothing.
    func reset() { state.withLock { $0 = State() } }

    func note(_ frame: VideoFrame) {
        let now = clock.monotonicSeconds()
        let isDue = state.withLock { state in
            guard now - state.lookedAt >= Self.intervalSeconds else { return false }
            state.lookedAt = now
            return true
        }
        guard isDue else { return }
        note(checksum: Self.checksum(frame))
    }

    func note(checksum: UInt64) {
        let date = clock.now()
        state.withLock { state in
            if state.checksum != checksum { state.changedAt = date }
            state.checksum = checksum
        }
    }

    /// FNV-1a over a grid of the luma plane.
    private static func checksum(_ frame: VideoFrame) -> UInt64 {
        let stepX = max(1, frame.size.width / samplesPerSide), stepY = max(1, frame.size.height / samplesPerSide)
        return frame.withLuma { luma, stride in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for y in Swift.stride(from: 0, to: frame.size.height, by: stepY) {
                for x in Swift.stride(from: 0, to: frame.size.width, by: stepX) {
                    hash = (hash ^ UInt64(luma[y * stride + x])) &* 0x100_0000_01B3
                }
            }
            return hash
        }
    }
}
