import Foundation

/// Holds threads until it is opened.
public final class Gate: Sendable {
    private let condition = NSCondition()
    private nonisolated(unsafe) var isOpen = false
    private nonisolated(unsafe) var held = 0

    public init() {}

    /// Returns when the gate is open.
    public func wait() {
        condition.lock()
        held += 1
        condition.broadcast()
        while !isOpen { condition.wait() }
        condition.unlock()
    }

    /// Returns when a thread is held.
    public func waitUntilHeld() {
        condition.lock()
        while held == 0 { condition.wait() }
        condition.unlock()
    }

    public func open() {
        condition.lock()
        isOpen = true
        condition.broadcast()
        condition.unlock()
    }
}
