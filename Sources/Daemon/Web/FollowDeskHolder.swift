import Synchronization

/// The desk needs the cameras, and the cameras the desk: it is handed over once both are there.
final class FollowDeskHolder: Sendable {
    private let held = Mutex<FollowDesk?>(nil)

    var desk: FollowDesk? { held.withLock { $0 } }

    func set(_ desk: FollowDesk) { held.withLock { $0 = desk } }
}
