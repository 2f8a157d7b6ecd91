import Domain
import Foundation
import Synchronization

/// Whether one camera's loops get on. A camera that is switched off is no fault of this process: its connection loop keeps
/// trying, and that is progress. A loop that hangs is none.
final class CameraProgress: Sendable {
    /// Moments on the monotonic clock, in seconds.
    private struct State {
        var lastPacketDate: Date?
        var packet: Double
        var connection: Double
        var analysis: Double
    }

    /// Connecting and reading have deadlines of 10 s each, and a refused password waits for 15 s: what takes longer hangs.
    static let limitSeconds = 45.0
    /// Packets this recent mean that there is something to analyse.
    static let receivingSeconds = 10.0

    let camera: CameraID
    private let clock: any WallClock
    private let state: Mutex<State>

    init(camera: CameraID, clock: any WallClock) {
        self.camera = camera
        self.clock = clock
        let now = clock.monotonicSeconds()
        state = Mutex(State(packet: now, connection: now, analysis: now))
    }

    /// The connection was made, lost or tried.
    func noteConnection() {
        let now = clock.monotonicSeconds()
        state.withLock { $0.connection = now }
    }

    /// A connection was made: the analysis has had nothing to do until now.
    func noteOnline() {
        let now = clock.monotonicSeconds()
        state.withLock {
            $0.connection = now
            $0.analysis = now
        }
    }

    /// A frame has gone through the whole pipeline.
    func noteFrame() {
        let now = clock.monotonicSeconds()
        state.withLock { $0.analysis = now }
    }

    /// - Parameter lastPacketAt: When the source got its last packet; a change is progress.
    /// - Returns: What hangs, in words; nil while all gets on.
    func stall(lastPacketAt: Date?) -> String? {
        let now = clock.monotonicSeconds()
        let state = state.withLock { state in
            if state.lastPacketDate != lastPacketAt {
                state.lastPacketDate = lastPacketAt
                state.packet = now
            }
            return state
        }
        let silence = now - max(state.packet, state.connection)
        if silence > Self.limitSeconds { return "\(camera): the connection has hung for \(Int(clamping: silence)) s" }
        let idle = now - state.analysis
        if idle > Self.limitSeconds, now - state.packet < Self.receivingSeconds {
            return "\(camera): the analysis has hung for \(Int(clamping: idle)) s"
        }
        return nil
    }
}
