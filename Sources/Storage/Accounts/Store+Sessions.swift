public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    /// Somebody is signed in.
    public struct OpenSession: Hashable, Sendable {
        public var account: Account
        /// Whatever happens, it ends then.
        public var expiresAt: Date
    }

    /// Begins a session.
    /// - Returns: The cookie's value: 256 random bits. Only its hash is stored.
    public func openSession(_ account: String, expiresAt: Date) throws -> String {
        let secret = Self.newSecret()
        let now = UTCText.string(clock.now())
        try write { db in
            try db.execute(sql: "DELETE FROM sessions WHERE expires_at <= ?", arguments: [now])
            try db.execute(
                sql: """
                    INSERT INTO sessions (secret_sha256, user_name, created_at, seen_at, expires_at)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [Self.hash(secret), account, now, now, UTCText.string(expiresAt)])
            try db.execute(sql: "UPDATE users SET last_seen_at = ? WHERE name = ?", arguments: [now, account])
        }
        return secret
    }

    /// The session behind a cookie; nil when there is none, or it has expired. Notes, to the minute, that it is in use.
    /// - Parameter idleSeconds: One that was not used for so long has expired.
    public func session(_ secret: String, idleSeconds: Double) throws -> OpenSession? {
        guard secret.utf8.count == 43 else { return nil }
        let hash = Self.hash(secret), now = clock.now()
        let row = try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT users.*, sessions.seen_at, sessions.expires_at FROM sessions
                    JOIN users ON users.name = sessions.user_name WHERE secret_sha256 = ?
                    """,
                arguments: [hash]
            ).map { (try Self.account($0), try $0.date("seen_at"), try $0.date("expires_at")) }
        }
        guard let (account, seenAt, expiresAt) = row, expiresAt > now, now.timeIntervalSince(seenAt) < idleSeconds
        else { return nil }
        if now.timeIntervalSince(seenAt) > 60 {
            try write { db in
                let text = UTCText.string(now)
                try db.execute(sql: "UPDATE sessions SET seen_at = ? WHERE secret_sha256 = ?", arguments: [text, hash])
                try db.execute(
                    sql: "UPDATE users SET last_seen_at = ? WHERE name = ?", arguments: [text, account.name])
            }
        }
        return OpenSession(account: account, expiresAt: expiresAt)
    }

    public func closeSession(_ secret: String) throws {
        try write { db in
            try db.execute(sql: "DELETE FROM sessions WHERE secret_sha256 = ?", arguments: [Self.hash(secret)])
        }
    }

    /// 256 bits as 43 characters of base64url.
    static func newSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = Data((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        return bytes.base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}

extension Store {
    /// SHA-256 of a text.
    public static func sha256(_ text: String) -> Data { StoreAccess.hash(text) }
}
