import Foundation
import Synchronization

/// Makes identifiers that sort by the time they were made: ULIDs (<https://github.com/ulid/spec>), in lower case.
///
/// 48 bits of Unix milliseconds and 80 random bits in 26 Crockford base-32 characters. Within one millisecond, or when the
/// wall clock steps back, the last value is counted up instead, so that identifiers of one process never go backwards.
public final class MonotonicID: Sendable {
    private struct State {
        var milliseconds: UInt64 = 0
        var random: (high: UInt16, low: UInt64) = (0, 0)
    }

    private let state = Mutex(State())

    public init() {}

    /// The next identifier; unique and greater than all that this generator made before.
    public func next(at now: Date) -> String {
        let milliseconds = UInt64(max(0, now.timeIntervalSince1970 * 1000)) & 0xFFFF_FFFF_FFFF
        return state.withLock { state in
            if milliseconds > state.milliseconds {
                state.milliseconds = milliseconds
                // One bit is kept free so that counting up can't wrap.
                state.random = (UInt16.random(in: 0...UInt16.max >> 1), UInt64.random(in: 0...UInt64.max))
            } else {
                let (low, carried) = state.random.low.addingReportingOverflow(1)
                state.random = (carried ? state.random.high &+ 1 : state.random.high, low)
            }
            return Self.encode(state.milliseconds, state.random.high, state.random.low)
        }
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")

    private static func encode(_ milliseconds: UInt64, _ high: UInt16, _ low: UInt64) -> String {
        var text = ""
        text.reserveCapacity(26)
        for shift in stride(from: 45, through: 0, by: -5) {
            text.append(alphabet[Int(milliseconds >> UInt64(shift)) & 31])
        }
        // 80 random bits, five at a time, across the two words.
        for shift in stride(from: 75, through: 0, by: -5) {
            let bits: UInt64
            if shift >= 64 {
                bits = UInt64(high) >> UInt64(shift - 64)
            } else if shift > 59 {
                bits = (low >> UInt64(shift)) | (UInt64(high) << UInt64(64 - shift))
            } else {
                bits = low >> UInt64(shift)
            }
            text.append(alphabet[Int(bits & 31)])
        }
        return text
    }
}
