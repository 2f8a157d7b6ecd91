import Foundation
internal import GRDB
import Glibc

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
