public import Domain
import Foundation
internal import GRDB

extension StoreAccess {
    public func accounts() throws -> [Account] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT \(Self.accountColumns) FROM users ORDER BY name").map(Self.account)
        }
    }

    /// - Returns: nil when there is none of this name.
    public func account(_ name: String) throws -> Account? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT \(Self.accountColumns) FROM users WHERE name = ?", arguments: [name]
            ).map(Self.account)
        }
    }

    /// Adds an account.
    /// - Parameter onlyFirst: Nothing is added, and false returned, when there is another account already.
    /// - Parameter cameras: Those that it sees; nil: every one.
    /// - Returns: False when the name is taken.
    /// - Throws: ``StorageError/refused(reason:)`` for a name of the wrong form, and for an administrator who shall not see
    ///   every camera.
    @discardableResult
    public func addAccount(
        _ name: String, password: PasswordHash, role: Role, cameras: Set<CameraID>? = nil, onlyFirst: Bool = false
    ) throws -> Bool {
        try Self.checkLimits(role, cameras)
        guard Account.isName(name) else {
            throw StorageError.refused(reason: "a name has 1 to 64 of A-Z a-z 0-9 . _ @ -, a letter or digit first")
        }
        return try write { db in
            try db.execute(
                sql: """
                    INSERT INTO users (name, role, password, cameras, created_at) SELECT ?, ?, ?, ?, ?
                    WHERE NOT EXISTS (SELECT 1 FROM users WHERE name = ? OR ?)
                    """,
                arguments: [
                    name, role.rawValue, password.text, Self.text(cameras), UTCText.string(clock.now()), name,
                    onlyFirst,
                ])
            return db.changesCount == 1
        }
    }

    /// What of an account is to be another.
    public struct AccountChange: Sendable {
        public var password: PasswordHash?
        public var role: Role?
        /// Nil: stays as it is; `.some(nil)`: every camera.
        public var cameras: Set<CameraID>??
        /// Nobody is told on the account's devices any more.
        public var endsDevices: Bool

        public init(
            password: PasswordHash? = nil, role: Role? = nil, cameras: Set<CameraID>?? = nil, endsDevices: Bool = false
        ) {
            self.password = password
            self.role = role
            self.cameras = cameras
            self.endsDevices = endsDevices
        }
    }

    /// Gives an account another password, role or other cameras; its sessions end, but the one that is `kept`.
    /// - Returns: False when there is no such account, or it is the last admin and would be none any more.
    /// - Throws: ``StorageError/refused(reason:)`` for an administrator who would not see every camera.
    public func changeAccount(_ name: String, _ change: AccountChange, keeping kept: String? = nil) throws -> Bool {
        try write { db in
            if let role = change.role, role != .admin, try isLastAdmin(name, db) { return false }
            let before = try Row.fetchOne(
                db, sql: "SELECT \(Self.accountColumns) FROM users WHERE name = ?", arguments: [name]
            ).map(Self.account)
            guard let before else { return false }
            let cameras = change.cameras ?? before.cameras
            try Self.checkLimits(change.role ?? before.role, cameras)
            try db.execute(
                sql: """
                    UPDATE users SET password = coalesce(?, password), role = coalesce(?, role), cameras = ?
                    WHERE name = ?
                    """,
                arguments: [change.password?.text, change.role?.rawValue, Self.text(cameras), name])
            try db.execute(
                sql: "DELETE FROM sessions WHERE user_name = ? AND secret_sha256 <> ?",
                arguments: [name, kept.map(Self.hash) ?? Data()])
            if change.endsDevices { try endDevices(of: before.name, db) }
            return true
        }
    }

    /// Removes an account and its sessions.
    /// - Returns: False when there is none, or it is the last admin (unless `evenLastAdmin`).
    public func removeAccount(_ name: String, evenLastAdmin: Bool = false) throws -> Bool {
        try write { db in
            if !evenLastAdmin, try isLastAdmin(name, db) { return false }
            try endDevices(of: name, db)
            try db.execute(sql: "DELETE FROM users WHERE name = ?", arguments: [name])
            return db.changesCount == 1
        }
    }

    /// The account of somebody at an identity provider; nil when it is nobody's yet.
    public func account(issuer: String, subject: String) throws -> String? {
        try read { db in
            try String.fetchOne(
                db, sql: "SELECT user_name FROM identities WHERE issuer = ? AND subject = ?",
                arguments: [issuer, subject])
        }
    }

    /// Says whose account it is at an identity provider.
    /// - Returns: False when it is somebody else's there.
    public func bind(_ account: String, issuer: String, subject: String) throws -> Bool {
        try write { db in
            try db.execute(
                sql: "INSERT INTO identities (issuer, subject, user_name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [issuer, subject, account])
            return db.changesCount == 1
        }
    }

    /// The stored password of an account; nil when there is none.
    public func password(of name: String) throws -> PasswordHash? {
        try read { db in
            try String.fetchOne(db, sql: "SELECT password FROM users WHERE name = ?", arguments: [name])
                .map(PasswordHash.init(text:))
        }
    }

    /// Who changes settings and accounts could give himself every camera anyway.
    static func checkLimits(_ role: Role, _ cameras: Set<CameraID>?) throws {
        guard role == .admin, cameras != nil else { return }
        throw StorageError.refused(reason: "an administrator sees every camera")
    }

    static func text(_ cameras: Set<CameraID>?) throws -> String? {
        try cameras.map { try RowJSON.text($0.map(\.rawValue).sorted()) }
    }

    private func isLastAdmin(_ name: String, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM users WHERE name = ?1 AND role = 'admin')
                    AND NOT EXISTS (SELECT 1 FROM users WHERE name <> ?1 AND role = 'admin')
                """,
            arguments: [name]) ?? false
    }

    /// What ``account(_:)`` reads.
    static let accountColumns = """
        users.*, EXISTS (SELECT 1 FROM second_factors WHERE user_name = users.name AND confirmed_at IS NOT NULL)
            AS has_second_factor
        """

    static func account(_ row: Row) throws -> Account {
        guard let role = Role(rawValue: row["role"]) else {
            throw StorageError.damaged(reason: "an account's role is unknown")
        }
        return Account(
            name: row["name"], role: role, createdAt: try row.date("created_at"),
            lastSeenAt: try row.optionalDate("last_seen_at"), hasSecondFactor: row["has_second_factor"],
            cameras: cameras(row["cameras"]))
    }

    /// What can't be read must not widen into "all".
    static func cameras(_ text: String?) -> Set<CameraID>? {
        text.map { text in
            let names = (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
            return Set(names.compactMap(CameraID.init(rawValue:)))
        }
    }
}
