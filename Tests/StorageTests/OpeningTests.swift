import Domain
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Storage

@Suite("Opening the database")
struct OpeningTests {
    @Test("the writer runs with synchronous=FULL in write-ahead mode, with foreign keys")
    func pragmas() throws {
        let test = try TestStore()
        func pragma(_ name: String) throws -> String? {
            try test.store.pool.writeWithoutTransaction { db in try String.fetchOne(db, sql: "PRAGMA \(name)") }
        }
        #expect(try pragma("synchronous") == "2")
        #expect(try pragma("journal_mode") == "wal")
        #expect(try pragma("foreign_keys") == "1")
    }

    @Test("synchronous stays FULL after transactions and reads")
    func pragmaStays() throws {
        let test = try TestStore()
        try test.store.unwatched.commit(.new(Samples.incident()))
        _ = try test.store.unwatched.incidents()
        let level = try test.store.pool.write { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
        #expect(level == 2)
    }

    @Test("a second opening keeps what the first one wrote")
    func reopen() throws {
        let test = try TestStore()
        try test.store.unwatched.commit(.new(Samples.incident()))
        let again = try TestStore(folder: test.folder)
        #expect(try again.store.unwatched.incident(IncidentID(rawValue: "01a")) == Samples.incident())
    }

    @Test("of many that open a new database at once, each gets it", arguments: 0..<5)
    func openedAtOnce(round: Int) async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("a.db").path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask { _ = try Store(path: path, clock: ManualClock()).unwatched.incidents() }
            }
            try await group.waitForAll()
        }
    }

    @Test("the folder of the database is made, and others can't read the file")
    func makesFolder() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("state/deeper/a.db").path
        _ = try Store(path: path, clock: ManualClock())
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect((mode?.intValue ?? 0o777) & 0o007 == 0)
    }

    @Test("a reader does not leave an empty database behind")
    func missing() throws {
        let path = try TemporaryDirectory().file("none.db").path
        #expect(throws: StorageError.missing(path: path)) {
            _ = try Store(path: path, clock: ManualClock(), createIfMissing: false)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a path below a file can't be opened, and the error names it")
    func notAFolder() throws {
        let folder = try TemporaryDirectory()
        try Data("x".utf8).write(to: folder.file("plain"))
        let path = folder.file("plain/a.db").path
        #expect { _ = try Store(path: path, clock: ManualClock()) } throws: { error in
            guard case StorageError.cannotOpen(path, _) = error else { return false }
            return "\(error)".contains(path)
        }
    }

    @Test("a folder is no database")
    func folderAsPath() throws {
        let folder = try TemporaryDirectory()
        #expect(throws: StorageError.cannotOpen(path: folder.url.path, reason: "it is a folder")) {
            _ = try Store(path: folder.url.path, clock: ManualClock())
        }
    }

    @Test("a file that is no database is refused and left as it was")
    func notADatabase() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("a.db")
        let content = Data(String(repeating: "not a database ", count: 500).utf8)
        try content.write(to: file)
        #expect(throws: StorageError.notOurs(path: file.path)) {
            _ = try Store(path: file.path, clock: ManualClock())
        }
        #expect(try Data(contentsOf: file) == content)
    }

    @Test("another program's database is refused and left as it was")
    func foreignDatabase() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("a.db")
        let other = try DatabaseQueue(path: file.path)
        try other.write { db in try db.execute(sql: "CREATE TABLE things (id INTEGER)") }
        try other.close()
        let content = try Data(contentsOf: file)
        #expect(throws: StorageError.notOurs(path: file.path)) {
            _ = try Store(path: file.path, clock: ManualClock())
        }
        #expect(try Data(contentsOf: file) == content)
    }

    @Test("a database of a newer version is refused, and the error says which migration is unknown")
    func newer() throws {
        let test = try TestStore()
        try test.store.pool.write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('v999')")
        }
        let expected = StorageError.newer(path: test.path, unknownMigrations: ["v999"])
        #expect(throws: expected) { _ = try Store(path: test.path, clock: ManualClock()) }
        #expect("\(expected)".contains("newer version"))
    }

    @Test("the migrations have a name each, the first one stays the first, and a fresh database has them all")
    func migrations() throws {
        let migrator = Schema.migrator()
        #expect(Set(migrator.migrations).count == migrator.migrations.count && migrator.migrations.first == "v1")
        let test = try TestStore()
        #expect(try test.store.pool.read(migrator.hasCompletedMigrations))
    }

    @Test("a damaged file gives an error and no crash")
    func damaged() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("a.db").path
        do {
            let store = try Store(path: path, clock: ManualClock())
            try store.unwatched.commit(.new(Samples.incident()))
            _ = try store.pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
            try store.pool.close()
        }
        var bytes = try Data(contentsOf: URL(filePath: path))
        for index in 100..<bytes.count { bytes[index] = 0xA5 }
        try bytes.write(to: URL(filePath: path))
        #expect { _ = try Store(path: path, clock: ManualClock()).unwatched.incidents() } throws: { $0 is StorageError }
    }
}
