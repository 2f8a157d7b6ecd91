import Domain
import Foundation
import Storage

/// Checks passwords and codes, and slows down who guesses: by address, by name, and codes by account.
struct SignInGuard: Sendable {
    let worker: PasswordWorker
    private let store: Store
    private let byAddress: AttemptLimiter
    private let byName: AttemptLimiter
    /// Only who knows the password comes here, so nobody can lock out others by it.
    private let codes: AttemptLimiter

    init(api: APIRouter) {
        let settings = api.settings
        store = api.services.store
        worker = PasswordWorker(cost: settings.passwordCost)
        func limiter(_ limit: (capacity: Double, refillSeconds: Double)) -> AttemptLimiter {
            AttemptLimiter(capacity: limit.capacity, refillSeconds: limit.refillSeconds, clock: api.clock)
        }
        byAddress = limiter(settings.wrongPasswords)
        byName = limiter(settings.wrongPasswordsPerName)
        codes = limiter(settings.wrongCodes)
    }

    /// - Throws: when the address has tried too often.
    func checkAddress(_ origin: RequestOrigin) throws {
        if let seconds = byAddress.wait(origin.limitKey) { throw APIError.tooMany(seconds) }
    }

    /// Counts a wrong try that has nothing to do with a name.
    func countAddress(_ origin: RequestOrigin) { byAddress.count(origin.limitKey) }

    /// What came of a name, a password and a code.
    enum SignIn: Sendable {
        case wrongPassword
        /// The password is right; a code is needed beside it.
        case codeNeeded
        case wrongCode
        /// - Parameter codesLeft: Of the recovery codes, where one was used.
        case signedIn(codesLeft: Int?)
    }

    /// - Parameter code: nil: none was given.
    /// - Throws: when there were too many wrong ones.
    func signIn(_ name: String, _ password: String, code: String?, from origin: RequestOrigin) async throws -> SignIn {
        let address = origin.limitKey, key = name.lowercased()
        if let seconds = byAddress.wait(address) ?? byName.wait(key) { throw APIError.tooMany(seconds) }
        // Counted before the long work, so that many at once don't all get through.
        byAddress.count(address)
        byName.count(key)
        let stored = try await store.perform { try $0.password(of: name) }
        guard await worker.matches(password, stored) else { return .wrongPassword }
        var codesLeft: Int?
        if try await store.perform({ try $0.secondFactor(of: name) }) != nil {
            guard let code else {
                // No guess was made: asking for the code must not use up the tries.
                byAddress.uncount(address)
                byName.uncount(key)
                return .codeNeeded
            }
            if let seconds = codes.take(key) { throw APIError.tooMany(seconds) }
            switch try await store.perform({ try $0.checkSecondFactor(of: name, code: code) }) {
            case .wrong: return .wrongCode
            case .recovered(let left): codesLeft = left
            case .right, .notNeeded: break
            }
            codes.forget(key)
        }
        byAddress.forget(address)
        byName.forget(key)
        return .signedIn(codesLeft: codesLeft)
    }

    /// The password of somebody who is signed in already.
    func checkPassword(_ password: String, of name: String) async throws {
        let key = name.lowercased()
        if let seconds = byName.take(key) { throw APIError.tooMany(seconds) }
        guard await worker.matches(password, try await store.perform({ try $0.password(of: name) })) else {
            throw APIError.forbidden("The password is wrong.")
        }
        byName.forget(key)
    }

    /// A code of somebody who is signed in already.
    func checkCode(_ code: String, of name: String) async throws {
        _ = try await checkingCode(of: name) {
            try await store.perform { try $0.checkSecondFactor(of: name, code: code) } == .wrong ? nil : true
        }
    }

    /// - Parameter check: nil when the code is wrong.
    func checkingCode<Result: Sendable>(
        of name: String, _ check: @Sendable () async throws -> Result?
    ) async throws -> Result {
        let key = name.lowercased()
        if let seconds = codes.take(key) { throw APIError.tooMany(seconds) }
        guard let result = try await check() else {
            throw APIError.forbidden("The code is wrong, or was used already.")
        }
        codes.forget(key)
        return result
    }
}
