import Foundation
internal import GRDB
import Glibc

/// What is looked at before the database is opened for writing, so that a wrong file is left as it was.
enum StoreFile {
    /// Makes the folder and an empty file that others can't read (the rows hold telephone numbers).
    static func prepare(_ path: String, create: Bool) throws(StorageError) {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) {
            if isDirectory.boolValue { throw .cannotOpen(path: path, reason: "it is a folder") }
            return
        }
        guard create else { throw .missing(path: path) }
        let folder = URL(filePath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .cannotOpen(path: path, reason: "its folder can't be made")
        }
        // SQLite gives its companions (-wal, -shm) the permissions of the database.
        let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw refused(path) }
        close(descriptor)
    }

    /// What the system said last, as the reason why the database can't be opened.
    private static func refused(_ path: String) -> StorageError {
        .cannotOpen(path: path, reason: String(cString: strerror(errno)))
    }

    /// The path itself, or the folder above it that is there.
    static func nearestExisting(_ path: String) -> String {
        var url = URL(filePath: path)
        while !FileManager.default.fileExists(atPath: url.path(percentEncoded: false)), url.pathComponents.count > 1 {
            url.deleteLastPathComponent()
        }
        return url.path(percentEncoded: false)
    }

    /// Runs `body` while no other opener, of this process or another, is in its own: two that make the tables of a new
    /// database at once would get in each other's way. The folder is locked, since SQLite's own locks on the file end
    /// when anything closes it.
    static func alone<Result>(beside path: String, _ body: () throws -> Result) throws -> Result {
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw refused(path) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw refused(path) }
        }
        return try body()
    }

    /// Refuses another program's database and one that a later version has migrated.
    static func checkOwner(_ path: String) throws {
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.int64Value ?? 0
        if size == 0 { return }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let reader = try DatabaseQueue(path: path, configuration: configuration)
        let unknown = try reader.read { db -> [String] in
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            let owner = try Int.fetchOne(db, sql: "PRAGMA application_id")
            // An empty one is ours too: the process may have ended before the first migration.
            if tables > 0, owner != Schema.applicationID { throw StorageError.notOurs(path: path) }
            let migrator = Schema.migrator()
            guard try migrator.hasBeenSuperseded(db) else { return [] }
            return try migrator.appliedIdentifiers(db).subtracting(migrator.migrations).sorted()
        }
        try reader.close()
        if !unknown.isEmpty { throw StorageError.newer(path: path, unknownMigrations: unknown) }
    }
}
