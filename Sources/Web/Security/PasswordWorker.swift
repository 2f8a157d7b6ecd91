import Dispatch
import Storage

/// Hashes passwords one after the other on a thread of its own: each costs much time and memory, which is the point, and
/// must not stop what else the server does.
struct PasswordWorker: Sendable {
    private static let queue = DispatchQueue(label: "aislewatch.web.passwords")

    var cost = PasswordHash.Cost()

    func hash(_ password: String) async throws -> PasswordHash {
        let cost = cost
        return try await withCheckedThrowingContinuation { continuation in
            Self.queue.async { continuation.resume(with: Result { try PasswordHash(password, cost: cost) }) }
        }
    }

    /// - Parameter stored: nil takes as long as a real one, so that nobody learns which names exist.
    func matches(_ password: String, _ stored: PasswordHash?) async -> Bool {
        let cost = cost
        return await withCheckedContinuation { continuation in
            Self.queue.async {
                if let stored {
                    continuation.resume(returning: stored.matches(password))
                } else {
                    _ = try? PasswordHash(password, cost: cost)
                    continuation.resume(returning: false)
                }
            }
        }
    }
}
