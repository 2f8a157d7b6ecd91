public import Domain
public import Foundation
internal import GRDB

/// What a request can show: the cookie of a session, or a token. Of each secret only the hash is stored.
extension StoreAccess {
    // MARK: - Sessions

    /// Somebody is signed in.
    public struct OpenSession: Hashable, Sendable {
        public var account: Account
        /// Whatever happens, it ends then.
        public var expiresAt: Date
        /// Whether a trusted proxy or an identity provider has said who it is, instead of a password here.
        public var isVouchedFor: Bool
    }

    /// A session as its owner sees it.
    public struct SessionEntry: Hashable, Sendable {
        /// Names it; opens nothing.
        public var id: String
        public var createdAt: Date
        /// To the minute.
        public var seenAt: Date
        public var expiresAt: Date
        /// From where it was begun, and by what; empty for one of an earlier version.
        public var address: String
        public var browser: String
    }

    /// Begins a session.
    /// - Parameters:
    ///   - address: From where.
    ///   - browser: In words, as in "Firefox, Linux".
    ///   - isVouchedFor: Whether somebody trusted has said who it is, instead of a password here.
    /// - Returns: The cookie's value: 256 random bits. Only its hash is stored.
    public func openSession(
        _ account: String, expiresAt: Date, address: String = "", browser: String = "", isVouchedFor: Bool = false
    ) throws -> String {
        let secret = Self.newSecret()
        let now = UTCText.string(clock.now())
        try write { db in
            try db.execute(sql: "DELETE FROM sessions WHERE expires_at <= ?", arguments: [now])
            try db.execute(
                sql: """
                    INSERT INTO sessions (secret_sha256, user_name, created_at, seen_at, expires_at, address, browser,
                        vouched_for)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Self.hash(secret), account, now, now, UTCText.string(expiresAt), address, browser, isVouchedFor,
                ])
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
                    SELECT \(Self.accountColumns), sessions.seen_at, sessions.expires_at, sessions.vouched_for
                    FROM sessions
                    JOIN users ON users.name = sessions.user_name WHERE secret_sha256 = ?
                    """,
                arguments: [hash]
            ).map { row in
                (
                    seenAt: try row.date("seen_at"),
                    session: OpenSession(
                        account: try Self.account(row), expiresAt: try row.date("expires_at"),
                        isVouchedFor: row["vouched_for"])
                )
            }
        }
        guard let (seenAt, session) = row, session.expiresAt > now, now.timeIntervalSince(seenAt) < idleSeconds
        else { return nil }
        if now.timeIntervalSince(seenAt) > 60 {
            try write { db in
                let text = UTCText.string(now)
                try db.execute(sql: "UPDATE sessions SET seen_at = ? WHERE secret_sha256 = ?", arguments: [text, hash])
                try db.execute(
                    sql: "UPDATE users SET last_seen_at = ? WHERE name = ?", arguments: [text, session.account.name])
            }
        }
        return session
    }

    public func closeSession(_ secret: String) throws {
        try write { db in
            try db.execute(sql: "DELETE FROM sessions WHERE secret_sha256 = ?", arguments: [Self.hash(secret)])
        }
    }

    /// The account's sessions that are open, the one that was in use last first.
    public func sessions(of account: String, idleSeconds: Double) throws -> [SessionEntry] {
        let now = clock.now()
        return try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM sessions WHERE user_name = ? AND expires_at > ? AND seen_at > ?
                    ORDER BY seen_at DESC, created_at DESC
                    """,
                arguments: [account, UTCText.string(now), UTCText.string(now - idleSeconds)]
            ).map { row in
                SessionEntry(
                    id: Self.sessionID(row["secret_sha256"]), createdAt: try row.date("created_at"),
                    seenAt: try row.date("seen_at"), expiresAt: try row.date("expires_at"), address: row["address"],
                    browser: row["browser"])
            }
        }
    }

    /// What names the session behind a cookie, or behind its hash; it opens nothing.
    public static func sessionID(of secret: String) -> String { sessionID(hash(secret)) }

    private static func sessionID(_ hash: Data) -> String { hash.prefix(12).hexadecimal }

    /// Ends one of the account's sessions.
    /// - Returns: False when it has none of this name.
    public func closeSession(id: String, of account: String) throws -> Bool {
        try write { db in
            try db.execute(
                sql: "DELETE FROM sessions WHERE user_name = ? AND lower(hex(substr(secret_sha256, 1, 12))) = ?",
                arguments: [account, id])
            return db.changesCount == 1
        }
    }

    /// Ends the account's sessions but one.
    /// - Returns: How many.
    @discardableResult
    public func closeSessions(of account: String, keeping kept: String) throws -> Int {
        try write { db in
            try db.execute(
                sql: "DELETE FROM sessions WHERE user_name = ? AND secret_sha256 <> ?",
                arguments: [account, Self.hash(kept)])
            return db.changesCount
        }
    }

    // MARK: - Tokens

    /// What API tokens begin with, so that scanners of leaked secrets can know them.
    public static let tokenPrefix = "awt_"

    /// Makes a token.
    /// - Parameter cameras: Those that it sees; nil: every one.
    /// - Throws: ``StorageError/refused(reason:)`` for an administrator's that shall not see every camera.
    /// - Returns: The token and its secret, which is stored hashed and never shown again.
    public func addToken(
        name: String, role: Role, by: String, expiresAt: Date? = nil, cameras: Set<CameraID>? = nil
    ) throws -> (token: APIToken, secret: String) {
        try Self.checkLimits(role, cameras)
        let secret = Self.tokenPrefix + Self.newSecret()
        let token = APIToken(
            id: String(Self.newSecret().prefix(12)).replacingOccurrences(of: "-", with: "0"), name: name, role: role,
            createdAt: clock.now(), createdBy: by, expiresAt: expiresAt,
            cameras: cameras)
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO api_tokens (id, name, role, secret_sha256, created_at, created_by, expires_at, cameras)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    token.id, name, role.rawValue, Self.hash(secret), UTCText.string(token.createdAt), by,
                    expiresAt.map(UTCText.string), try Self.text(cameras),
                ])
        }
        return (token, secret)
    }

    public func tokens() throws -> [APIToken] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM api_tokens ORDER BY created_at, id").map(Self.token)
        }
    }

    /// The token with this secret; nil when there is none, or it has expired. Notes, to the minute, that it is in use.
    public func token(secret: String) throws -> APIToken? {
        guard secret.hasPrefix(Self.tokenPrefix), secret.utf8.count == 43 + Self.tokenPrefix.utf8.count else {
            return nil
        }
        let now = clock.now()
        let found = try read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM api_tokens WHERE secret_sha256 = ?", arguments: [Self.hash(secret)]
            ).map(Self.token)
        }
        guard let token = found, token.expiresAt.map({ $0 > now }) ?? true else { return nil }
        if token.lastUsedAt.map({ now.timeIntervalSince($0) > 60 }) ?? true {
            try write { db in
                try db.execute(
                    sql: "UPDATE api_tokens SET last_used_at = ? WHERE id = ?",
                    arguments: [UTCText.string(now), token.id])
            }
        }
        return token
    }

    /// - Returns: False when there is no such token.
    public func removeToken(_ id: String) throws -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM api_tokens WHERE id = ?", arguments: [id])
            return db.changesCount == 1
        }
    }

    private static func token(_ row: Row) throws -> APIToken {
        guard let role = Role(rawValue: row["role"]) else {
            throw StorageError.damaged(reason: "a token's role is unknown")
        }
        return APIToken(
            id: row["id"], name: row["name"], role: role, createdAt: try row.date("created_at"),
            createdBy: row["created_by"], expiresAt: try row.optionalDate("expires_at"),
            lastUsedAt: try row.optionalDate("last_used_at"), cameras: cameras(row["cameras"]))
    }

    /// 256 bits as 43 characters of base64url.
    private static func newSecret() -> String { Data.random(count: 32).base64URL }
}

extension Store {
    /// SHA-256 of a text.
    public static func sha256(_ text: String) -> Data { StoreAccess.hash(text) }
}
