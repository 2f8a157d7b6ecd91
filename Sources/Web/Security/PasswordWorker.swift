import Domain
import Storage

/// Hashes passwords one after the other on a thread of its own: each costs much time and memory, which is the point, and
/// must not stop what else the server does.
struct PasswordWorker: Sendable {
    private static let work = BlockingWork("passwords", maxThreads: 1)

    var cost = PasswordHash.Cost()

    func hash(_ password: String) async throws -> PasswordHash {
        let cost = cost
        return try await Self.work.run { try PasswordHash(password, cost: cost) }
    }

    /// - Parameter stored: nil takes as long as a real one, so that nobody learns which names exist.
    func matches(_ password: String, _ stored: PasswordHash?) async -> Bool {
        let cost = cost
        return await Self.work.run {
            if let stored { return stored.matches(password) }
            _ = try? PasswordHash(password, cost: cost)
            return false
        }
    }
}
