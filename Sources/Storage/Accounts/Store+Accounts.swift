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
    /// - Returns: False when the name is taken.
    /// - Throws: ``StorageError/refused(reason:)`` for a name of the wrong form.
    @discardableResult
    public func addAccount(_ name: String, password: PasswordHash, role: Role, onlyFirst: Bool = false) throws -> Bool {
        guard Account.isName(name) else {
            throw StorageError.refused(reason: "a name has 1 to 64 of A-Z a-z 0-9 . _ @ -, a letter or digit first")
        }
        return try write { db in
            try db.execute(
                sql: """
                    INSERT INTO users (name, role, password, created_at) SELECT ?, ?, ?, ?
                    WHERE NOT EXISTS (SELECT 1 FROM users WHERE name = ? OR ?)
                    """,
                arguments: [name, role.rawValue, password.text, UTCText.string(clock.now()), name, onlyFirst])
            return db.changesCount == 1
        }
    }

    /// Gives an account another password or role; its sessions end, but the one that is `kept`.
    /// - Returns: False when there is no such account, or it is the last admin and would be none any more.
    public func changeAccount(
        _ name: String, password: PasswordHash? = nil, role: Role? = nil, keeping kept: String? = nil
    ) throws -> Bool {
        try write { db in
            if let role, role != .admin, try isLastAdmin(name, db) { return false }
            try db.execute(
                sql: "UPDATE users SET password = coalesce(?, password), role = coalesce(?, role) WHERE name = ?",
                arguments: [password?.text, role?.rawValue, name])
            guard db.changesCount == 1 else { return false }
            try db.execute(
                sql: "DELETE FROM sessions WHERE user_name = ? AND secret_sha256 <> ?",
                arguments: [name, kept.map(Self.hash) ?? Data()])
            return true
        }
    }

    /// Removes an account and its sessions.
    /// - Returns: False when there is none, or it is the last admin (unless `evenLastAdmin`).
    public func removeAccount(_ name: String, evenLastAdmin: Bool = false) throws -> Bool {
        try write { db in
            if !evenLastAdmin, try isLastAdmin(name, db) { return false }
            try db.execute(sql: "DELETE FROM users WHERE name = ?", arguments: [name])
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
            lastSeenAt: try row.optionalDate("last_seen_at"), hasSecondFactor: row["has_second_factor"])
    }
}
