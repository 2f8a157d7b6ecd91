import Domain
import Foundation
public import Storage
import Synchronization

/// Lets the first account be made, once: a token that only the log of this start has shown.
public final class SetupLink: Sendable {
    private struct State {
        var token: String?
        var wrong = 0
    }

    private static let maxWrong = 20
    private let store: Store
    private let state: Mutex<State>

    /// - Returns: One that has a path only while there is no account.
    public static func make(store: Store) async throws -> SetupLink {
        SetupLink(store: store, isNeeded: try await store.perform { try $0.accounts().isEmpty })
    }

    package init(store: Store, isNeeded: Bool) {
        self.store = store
        state = Mutex(State(token: isNeeded ? Data.random(count: 24).base64URL : nil))
    }

    /// What follows the pages' address: behind `#`, which browsers send to nobody. Nil when there is an account.
    public var path: String? { state.withLock { $0.token }.map { "/#/setup/\($0)" } }

    /// Whether the first account is still to be made.
    func isNeeded() async throws -> Bool { try await store.perform { try $0.accounts().isEmpty } }

    /// Too many wrong tokens close the door until the next start.
    func accepts(_ given: String) -> Bool {
        state.withLock { state in
            guard let token = state.token, state.wrong < Self.maxWrong else { return false }
            let isRight =
                token.utf8.count == given.utf8.count
                && zip(token.utf8, given.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
            if !isRight { state.wrong += 1 }
            return isRight
        }
    }

    func close() { state.withLock { $0.token = nil } }
}
