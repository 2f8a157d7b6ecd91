import Domain
public import Foundation
internal import GRDB
import Glibc

extension StoreAccess {
    /// Copies the database as it is at one moment, while others write to it (SQLite's online backup).
    /// - Parameter url: A file that does not exist yet. Readable by this user alone, whole and on disk when it returns.
    public func backUp(to url: URL) throws {
        do {
            try Self.copy(from: pool, to: url)
        } catch let error as DatabaseError {
            throw StorageError.failed(reason: error.message ?? "the copy failed")
        }
    }

    /// Damage inside the database, in SQLite's words: broken pages, rows that refer to nothing, clips without an incident.
    /// Reads all of it.
    public func integrityProblems() throws -> [String] {
        try read { db in
            var problems = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
            problems += try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { row in
                "a row of \(row[0] as String? ?? "?") refers to a row of \(row[2] as String? ?? "?") that is not there"
            }
            problems += try String.fetchAll(
                db,
                sql: """
                    SELECT id FROM clips WHERE state <> 'tombstone'
                    AND NOT EXISTS (SELECT 1 FROM clip_incidents WHERE clip_id = clips.id) ORDER BY id
                    """
            ).map { "clip \($0) shows no incident" }
            return problems
        }
    }

    static func copy(from source: some DatabaseReader, to url: URL) throws {
        let path = url.path(percentEncoded: false)
        // Made here so that nobody else can ever read it: the rows hold telephone numbers.
        let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError.cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        Glibc.close(descriptor)
        do {
            let copy = try DatabaseQueue(path: path)
            try source.backup(to: copy)
            // One file, without companions.
            try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
            try sync(path)
            try sync(url.deletingLastPathComponent().path(percentEncoded: false))
        } catch {
            unlink(path)
            throw error
        }
    }

    private static func sync(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StorageError.cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StorageError.cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
    }
}

extension Store {
    /// The file beside the database from which the tokens of links are made.
    public static func keyFile(of path: String) -> String { path + ".key" }
}

/// Copies a database before a migration changes it.
enum MigrationBackup {
    /// So many are kept; older ones go.
    static let kept = 3

    /// Beside the database, named after its last migration and the moment. Nothing to do for a new or a current database.
    static func makeIfNeeded(_ pool: DatabasePool, path: String, migrator: DatabaseMigrator, now: Date) throws {
        let (isEmpty, pending) = try pool.read { db in
            let applied = try migrator.appliedIdentifiers(db)
            return (applied.isEmpty, migrator.migrations.filter { !applied.contains($0) })
        }
        guard !isEmpty, let next = pending.first else { return }
        let digits = UTCText.string(now).filter(\.isNumber).prefix(14)
        let word = String(next.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        let url = URL(filePath: "\(path).before-\(word)-\(digits)")
        if !FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) {
            try StoreAccess.copy(from: pool, to: url)
        }
        prune(path)
    }

    private static func prune(_ path: String) {
        let file = URL(filePath: path)
        let folder = file.deletingLastPathComponent()
        let prefix = file.lastPathComponent + ".before-"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
        let copies = names.filter { $0.hasPrefix(prefix) }.sorted { $0.suffix(14) < $1.suffix(14) }
        for name in copies.dropLast(kept) { unlink(folder.appending(path: name).path(percentEncoded: false)) }
    }
}
