import Crypto
public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    /// A new token, in memory only.
    public func makeLink(expiresAt: Date) throws -> LinkToken {
        let nonce = Data.random(count: 24)
        return LinkToken(token: try linkKey.token(nonce: nonce), expiresAt: expiresAt, nonce: nonce)
    }

    /// Makes a link for an incident and stores its hash.
    /// - Parameter mayAct: Whether who opens it may acknowledge the incident and say what it was.
    /// - Returns: The token.
    public func newLink(_ incident: IncidentID, expiresAt: Date, mayAct: Bool = true) throws -> String {
        let link = try makeLink(expiresAt: expiresAt)
        try write { db in try insert(link, incident: incident, mayAct: mayAct, db) }
        return link.token
    }

    /// The incident behind a token; nil when the token is unknown or has expired. Changes nothing.
    public func incident(token: String) throws -> Incident? {
        guard token.utf8.count == 32 else { return nil }
        return try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT incidents.* FROM links JOIN incidents AS told ON told.id = links.incident_id
                    JOIN incidents ON incidents.id = coalesce(told.merged_into, told.id)
                    WHERE links.token_sha256 = ? AND links.expires_at > ?
                    """,
                arguments: [Self.hash(token), UTCText.string(clock.now())]
            ).map(IncidentRow.incident)
        }
    }

    /// The incident's link that opens it the longest; nil when none does, or when the key with which it was made is lost.
    public func link(of incident: IncidentID) throws -> LinkToken? {
        let row = try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT token_sha256, nonce, expires_at FROM links WHERE incident_id = ? AND expires_at > ? AND may_act
                    ORDER BY expires_at DESC LIMIT 1
                    """,
                arguments: [incident.rawValue, UTCText.string(clock.now())])
        }
        guard let row, let nonce = row["nonce"] as Data?, let hash = row["token_sha256"] as Data? else { return nil }
        let token = try linkKey.token(nonce: nonce)
        guard Self.hash(token) == hash else { return nil }
        return LinkToken(token: token, expiresAt: try row.date("expires_at"), nonce: nonce, isStored: true)
    }

    /// Whether who has the token may say something about the incident; false for one that is unknown.
    public func mayAct(token: String) throws -> Bool {
        try read { db in
            try Bool.fetchOne(
                db, sql: "SELECT may_act FROM links WHERE token_sha256 = ?", arguments: [Self.hash(token)]) ?? false
        }
    }

    /// Removes links that have opened nothing since `date`.
    /// - Returns: How many.
    @discardableResult
    public func removeLinks(expiredBefore date: Date) throws -> Int {
        try write { db in
            try db.execute(sql: "DELETE FROM links WHERE expires_at < ?", arguments: [UTCText.string(date)])
            return db.changesCount
        }
    }

    func insert(_ link: LinkToken, incident: IncidentID, mayAct: Bool = true, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO links (token_sha256, nonce, incident_id, created_at, expires_at, may_act)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Self.hash(link.token), link.nonce, incident.rawValue, UTCText.string(clock.now()),
                UTCText.string(link.expiresAt), mayAct,
            ])
    }

    static func hash(_ token: String) -> Data { Data(SHA256.hash(data: Data(token.utf8))) }
}
