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
