import Crypto
public import Domain
public import Foundation
internal import GRDB

/// The browsers on which accounts want to be told.
extension StoreAccess {
    /// An account may have so many.
    public static let maxPushDevices = 20

    /// Our private key for push services (RFC 8292): 32 bytes, a number of P-256. It is made from the key in the file beside
    /// the database, so that it is always the same, is saved with it, and stands in no copy of the database.
    public func pushKey() throws -> Data {
        // One in four thousand million keys is no number of the curve.
        for attempt in 0..<8 {
            let bytes = try linkKey.derived(for: "web push \(attempt)").withUnsafeBytes { Data($0) }
            if (try? P256.Signing.PrivateKey(rawRepresentation: bytes)) != nil { return bytes }
        }
        throw StorageError.failed(reason: "no key for push services could be made")
    }

    /// The public one: an uncompressed point, which a browser passes on to its push service.
    public func pushPublicKey() throws -> Data {
        try P256.Signing.PrivateKey(rawRepresentation: pushKey()).publicKey.x963Representation
    }

    /// What names the device behind an address; it opens nothing.
    public static func pushDeviceID(of endpoint: String) -> String { hash(endpoint).prefix(12).hexadecimal }

    /// Adds a device, or takes over what its browser says now; one that was another account's is this one's then.
    /// - Returns: nil when the account has too many.
    public func addPushDevice(
        of account: String, endpoint: String, publicKey: Data, authSecret: Data, browser: String
    ) throws -> PushDevice? {
        let id = Self.pushDeviceID(of: endpoint), serverKey = try pushPublicKey()
        return try write { db in
            let others = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM push_devices WHERE user_name = ? AND id <> ?", arguments: [account, id])
            guard others ?? 0 < Self.maxPushDevices else { return nil }
            try db.execute(
                sql: """
                    INSERT INTO push_devices
                        (id, user_name, endpoint, public_key, auth_secret, server_key, browser, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET user_name = excluded.user_name, public_key = excluded.public_key,
                        auth_secret = excluded.auth_secret, server_key = excluded.server_key, browser = excluded.browser
                    """,
                arguments: [
                    id, account, endpoint, publicKey, authSecret, serverKey, browser, UTCText.string(clock.now()),
                ])
            return try Self.pushDevices("id = ?", [id], db).first
        }
    }

    /// The account's devices, the newest first.
    public func pushDevices(of account: String) throws -> [PushDevice] {
        try read { db in try Self.pushDevices("user_name = ?", [account], db) }
    }

    /// The device that a message names, and the cameras that its account sees (nil: every one); nil when it has been ended.
    public func pushDevice(recipient: String) throws -> (device: PushDevice, cameras: Set<CameraID>?)? {
        let id = recipient.split(separator: "/").last.map(String.init) ?? ""
        return try read { db in
            guard let device = try Self.pushDevices("id = ?", [id], db).first, device.recipient == recipient else {
                return nil
            }
            let cameras = try String.fetchOne(
                db, sql: "SELECT cameras FROM users WHERE name = ?", arguments: [device.account])
            return (device, Self.cameras(cameras))
        }
    }

    /// The devices on which people are told, as recipients.
    /// - Parameters:
    ///   - accounts: Nil: of every account.
    ///   - camera: Only those of accounts that see it; nil: of accounts that see every camera.
    public func pushRecipients(of accounts: Set<String>?, seeing camera: CameraID?) throws -> [String] {
        try read { db in try Self.pushRecipients(of: accounts, seeing: camera, db) }
    }

    /// The accounts with a device, whatever they see.
    /// - Parameter accounts: Nil: of all.
    public func pushOwners(among accounts: Set<String>?) throws -> [String] {
        let wanted = accounts.map { Set($0.map { $0.lowercased() }) }
        let owners = try read { db in
            try String.fetchAll(
                db, sql: "SELECT name FROM users WHERE name IN (SELECT user_name FROM push_devices) ORDER BY name")
        }
        return owners.filter { wanted?.contains($0.lowercased()) ?? true }
    }

    static func pushRecipients(of accounts: Set<String>?, seeing camera: CameraID?, _ db: Database) throws -> [String] {
        let wanted = accounts.map { Set($0.map { $0.lowercased() }) }
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT users.name, users.cameras, push_devices.id FROM push_devices
                JOIN users ON users.name = push_devices.user_name ORDER BY users.name, push_devices.id
                """)
        return rows.compactMap { row in
            let name: String = row["name"], id: String = row["id"]
            guard wanted?.contains(name.lowercased()) ?? true else { return nil }
            if let seen = cameras(row["cameras"]), camera.map({ !seen.contains($0) }) ?? true { return nil }
            return "\(name)/\(id)"
        }
    }

    /// Ends a device, and what waits for it.
    /// - Returns: False when the account has none of this name.
    public func removePushDevice(_ id: String, of account: String) throws -> Bool {
        try write { db in
            let recipients = try Self.pushDevices("id = ? AND user_name = ?", [id, account], db).map(\.recipient)
            for recipient in recipients { try endDevice(recipient, except: nil, db) }
            return !recipients.isEmpty
        }
    }

    /// Ends a device whose push service knows it no more, and what waits for it but one message, which its sender judges.
    public func removePushDevice(recipient: String, except message: Int64) throws {
        try write { db in try endDevice(recipient, except: message, db) }
    }

    /// Notes, to the minute, that a push service took a message for it.
    public func notePush(_ recipient: String, at date: Date) throws {
        let id = recipient.split(separator: "/").last.map(String.init)
        try write { db in
            try db.execute(
                sql: "UPDATE push_devices SET sent_at = ? WHERE id = ? AND (sent_at IS NULL OR sent_at < ?)",
                arguments: [UTCText.string(date), id, UTCText.string(date - 60)])
        }
    }

    /// Inside the caller's transaction.
    func endDevices(of account: String, _ db: Database) throws {
        for device in try Self.pushDevices("user_name = ?", [account], db) {
            try endDevice(device.recipient, except: nil, db)
        }
    }

    private func endDevice(_ recipient: String, except message: Int64?, _ db: Database) throws {
        let id = recipient.split(separator: "/").last.map(String.init)
        try db.execute(sql: "DELETE FROM push_devices WHERE id = ?", arguments: [id])
        try db.execute(
            sql: "UPDATE outbox SET state = 'cancelled' WHERE recipient = ? AND state = 'pending' AND id IS NOT ?",
            arguments: [recipient, message])
    }

    private static func pushDevices(
        _ condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> [PushDevice] {
        // The account's own spelling of its name.
        try Row.fetchAll(
            db,
            sql: """
                SELECT push_devices.*, users.name AS account FROM push_devices
                JOIN users ON users.name = push_devices.user_name
                WHERE \(condition) ORDER BY push_devices.created_at DESC, id
                """,
            arguments: arguments
        ).map { row in
            PushDevice(
                id: row["id"], account: row["account"], endpoint: row["endpoint"], publicKey: row["public_key"],
                authSecret: row["auth_secret"], serverKey: row["server_key"], browser: row["browser"],
                createdAt: try row.date("created_at"), sentAt: try row.optionalDate("sent_at"))
        }
    }
}
