import Dispatch
import Domain
import Foundation
import Media
import Storage

extension ClipWriter {
    /// The disk or the database has failed: saves what is there, makes room or changes the folder, waits a little.
    /// - Returns: Whether to go on with the packets that are held.
    func goOn(after error: any Error) -> Bool {
        let (clip, attempted, mustClose, incidents) = state.withLock {
            ($0.clip, $0.attempted, $0.mustClose, $0.plan.incidents.map(\.id))
        }
        if let clip { recorder.completeLater(clip, incidents: incidents) }
        let folders = recorder.folders
        let place: ClipFolders.Place =
            attempted?.path.hasPrefix(ClipFiles.fallbackPrefix) == true ? .fallback : .primary
        var hasChanged = false
        switch error {
        case let failure as FileFailure:
            recorder.report(failure, of: attempted)
            if failure.isDiskFull {
                if folders.makeRoom() {
                    hasChanged = true
                } else {
                    folders.noteFull(place)
                    hasChanged = folders.place != place
                }
            } else {
                folders.failed(place, reason: failure.reason)
                hasChanged = folders.place != place
            }
        case is StorageError:
            recorder.report(error, of: attempted)
        default:
            recorder.lost(seconds: nil, reason: "\(error)")
            return false
        }
        enforceMemory()
        if mustClose {
            // The program ends: a few more tries, then what is in memory goes with it.
            let tries = state.withLock { state in
                state.triesWhileClosing += 1
                return state.triesWhileClosing
            }
            guard tries <= Self.triesWhileClosing else {
                recorder.lost(seconds: nil, reason: "\(error)")
                return false
            }
        }
        if !hasChanged { _ = wake.wait(timeout: .now() + recorder.settings.retrySeconds) }
        return true
    }

    private static let triesWhileClosing = 2

    /// Gives up the oldest of what only memory holds when that is more than it may be. Never silently.
    func enforceMemory() {
        let most = recorder.settings.maxHeldBytes
        let held = state.withLock { $0.held.bytes }
        let seconds = cursor.skip(toAtMost: max(0, most - held))
        guard seconds > 0 else { return }
        state.withLock { $0.held.removeAll() }
        recorder.lost(seconds: seconds, reason: "the disk has not taken them, and memory is limited")
    }

    /// Takes what a thread that hangs in the disk was to write.
    /// - Returns: nil when it does not hang.
    func takeOver(ifBusyFor seconds: Double) -> ClipWriter? {
        let now = recorder.clock.monotonicSeconds()
        return state.withLock { state -> ClipWriter? in
            guard !state.isDone, !state.isAbandoned, let since = state.busySince, now - since >= seconds else {
                return nil
            }
            state.isAbandoned = true
            var next = State(plan: state.plan)
            next.held = state.held
            next.mustClose = state.mustClose
            next.isContinuation = state.isContinuation
            next.waiters = state.waiters
            state.waiters = []
            return ClipWriter(recorder: recorder, cursor: cursor, state: next)
        }
    }
}
