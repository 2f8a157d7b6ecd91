import Crypto
import Domain
public import Foundation
internal import GRDB

/// What an account needs beside its password. Secrets are sealed with the key in the file beside the database, so that a copy
/// of the database alone makes no codes.
extension StoreAccess {
    public struct SecondFactor: Hashable, Sendable {
        public var since: Date
        /// How many recovery codes are unused.
        public var recoveryCodes: Int
    }

    /// What came of a code.
    public enum CodeCheck: Hashable, Sendable {
        /// There is no second factor.
        case notNeeded
        case wrong
        case right
        /// A recovery code, which is used up now; so many are left.
        case recovered(left: Int)
    }

    /// - Returns: nil when the account has none, or one that was only begun.
    public func secondFactor(of account: String) throws -> SecondFactor? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT confirmed_at, (SELECT count(*) FROM recovery_codes
                        WHERE recovery_codes.user_name = second_factors.user_name AND used_at IS NULL) AS codes
                    FROM second_factors WHERE user_name = ? AND confirmed_at IS NOT NULL
                    """,
                arguments: [account]
            ).map { SecondFactor(since: try $0.date("confirmed_at"), recoveryCodes: $0["codes"]) }
        }
    }

    /// Makes a secret that counts once a code of it is shown; an earlier one that was never confirmed is forgotten.
    /// - Returns: nil when the account has a second factor already.
    public func beginSecondFactor(of account: String) throws -> OneTimePassword? {
        let secret = Data.random(count: OneTimePassword.secretBytes)
        let sealed = try seal(secret, account)
        return try write { db in
            try db.execute(
                sql: """
                    INSERT INTO second_factors (user_name, sealed, begun_at, last_step) VALUES (?, ?, ?, 0)
                    ON CONFLICT (user_name) DO UPDATE SET sealed = excluded.sealed, begun_at = excluded.begun_at
                    WHERE confirmed_at IS NULL
                    """,
                arguments: [account, sealed, UTCText.string(clock.now())])
            return db.changesCount == 1 ? OneTimePassword(secret: secret) : nil
        }
    }

    /// Makes the second factor count; the account's sessions end, but the one that is `kept`.
    /// - Returns: The recovery codes; nil when the code is wrong or nothing was begun.
    public func confirmSecondFactor(of account: String, code: String, keeping kept: String? = nil) throws -> [String]? {
        let now = clock.now()
        return try write { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM second_factors WHERE user_name = ? AND confirmed_at IS NULL",
                    arguments: [account]),
                let step = try opened(row)?.step(of: code, at: now, after: row["last_step"])
            else { return nil }
            try db.execute(
                sql: "UPDATE second_factors SET confirmed_at = ?, last_step = ? WHERE user_name = ?",
                arguments: [UTCText.string(now), step, account])
            try db.execute(
                sql: "DELETE FROM sessions WHERE user_name = ? AND secret_sha256 <> ?",
                arguments: [account, kept.map(Self.hash) ?? Data()])
            return try newRecoveryCodes(of: account, db)
        }
    }

    /// Takes a code of the app, or a recovery code, once.
    public func checkSecondFactor(of account: String, code: String) throws -> CodeCheck {
        let now = clock.now()
        return try write { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM second_factors WHERE user_name = ? AND confirmed_at IS NOT NULL",
                    arguments: [account])
            else { return .notNeeded }
            if let recovery = RecoveryCode.normalized(code) {
                try db.execute(
                    sql: """
                        UPDATE recovery_codes SET used_at = ?
                        WHERE code_sha256 = ? AND user_name = ? AND used_at IS NULL
                        """,
                    arguments: [UTCText.string(now), Self.hash(recovery), account])
                guard db.changesCount == 1 else { return .wrong }
                let left = try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM recovery_codes WHERE user_name = ? AND used_at IS NULL",
                    arguments: [account])
                return .recovered(left: left ?? 0)
            }
            let typed = code.filter { $0 != " " }
            guard let step = try opened(row)?.step(of: typed, at: now, after: row["last_step"]) else { return .wrong }
            try db.execute(
                sql: "UPDATE second_factors SET last_step = ? WHERE user_name = ?", arguments: [step, account])
            return .right
        }
    }

    /// Makes other recovery codes; the old ones open nothing any more.
    /// - Returns: nil when the account has no second factor.
    public func renewRecoveryCodes(of account: String) throws -> [String]? {
        try write { db in
            let isThere = try Bool.fetchOne(
                db, sql: "SELECT confirmed_at IS NOT NULL FROM second_factors WHERE user_name = ?",
                arguments: [account])
            return isThere == true ? try newRecoveryCodes(of: account, db) : nil
        }
    }

    /// - Returns: False when the account has none.
    public func removeSecondFactor(of account: String) throws -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM recovery_codes WHERE user_name = ?", arguments: [account])
            try db.execute(sql: "DELETE FROM second_factors WHERE user_name = ?", arguments: [account])
            return db.changesCount == 1
        }
    }

    private func newRecoveryCodes(of account: String, _ db: Database) throws -> [String] {
        try db.execute(sql: "DELETE FROM recovery_codes WHERE user_name = ?", arguments: [account])
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.make() }
        for code in codes {
            try db.execute(
                sql: "INSERT INTO recovery_codes (code_sha256, user_name) VALUES (?, ?)",
                arguments: [RecoveryCode.normalized(code).map(Self.hash), account])
        }
        return codes
    }

    // MARK: - Sealing

    /// AES-256-GCM; the account's name is bound to it, so that a row can't be moved to another account.
    private func seal(_ secret: Data, _ account: String) throws -> Data {
        let box = try AES.GCM.seal(
            secret, using: linkKey.derived(for: "second factor"), authenticating: Data(account.lowercased().utf8))
        guard let data = box.combined else { throw StorageError.failed(reason: "a secret could not be sealed") }
        return data
    }

    /// - Returns: nil when the key file is another one than that with which it was sealed: recovery codes still work.
    private func opened(_ row: Row) throws -> OneTimePassword? {
        let sealed: Data = row["sealed"], account: String = row["user_name"]
        let key = try linkKey.derived(for: "second factor")
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let secret = try? AES.GCM.open(box, using: key, authenticating: Data(account.lowercased().utf8))
        else { return nil }
        return OneTimePassword(secret: secret)
    }
}
