import Domain
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Storage

@Suite("Keeping the database safe")
struct UpkeepTests {
    private static let mounts = """
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        30 22 0:40 / /srv/clips rw - nfs4 server:/export rw
        31 22 0:41 / /srv/with\\040space rw - cifs //nas/share rw
        32 30 8:2 / /srv/clips/local rw - xfs /dev/sdb1 rw
        """

    @Test(
        "the kind of disk is that of the innermost mount",
        arguments: [
            ("/var/lib/a.db", DiskKind.local), ("/srv/clips/state/a.db", .network("nfs4")),
            ("/srv/clips/local/a.db", .local), ("/srv/with space/a.db", .network("cifs")), ("/srv/clipsy/a.db", .local),
        ])
    func diskKind(path: String, kind: DiskKind) { #expect(DiskKind(path: path, mounts: Self.mounts) == kind) }

    @Test("a database on another machine's disk is refused with the reason, and nothing is left there")
    func remote() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("deep/a.db").path
        #expect(throws: StorageError.remote(path: path, kind: "nfs4")) {
            _ = try Store(path: path, clock: ManualClock(), diskKind: { _ in .network("nfs4") })
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    @Test("before a migration the database is copied; a current one is not")
    func migrationBackup() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("a.db").path
        let old = try DatabaseQueue(path: path)
        var first = DatabaseMigrator()
        // The first version's schema, as it was released.
        first.registerMigration("v1") { db in
            try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            try db.execute(sql: Schema.v1)
        }
        try first.migrate(old)
        try old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO clips VALUES ('old', 'dock', 'recording', 'dock/a.mp4', '2026-05-28T20:26:40.000Z', 0, 0,
                        1, 1, NULL, NULL)
                    """)
        }
        try old.close()
        func copies() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.contains(".before-") }
        }
        _ = try Store(path: path, clock: ManualClock())
        let name = try #require(try copies().first)
        let copy = try DatabaseQueue(path: folder.file(name).path)
        #expect(try copy.read { db in try String.fetchOne(db, sql: "SELECT id FROM clips") } == "old")
        #expect(
            try copy.read { db in try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations") } == ["v1"])
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file(name).path)[.posixPermissions] as? Int
        #expect((mode ?? 0o777) & 0o077 == 0)
        let again = try Store(path: path, clock: ManualClock())
        #expect(try copies().count == 1 && again.unwatched.clip(ClipID(rawValue: "old")) != nil)
    }

    @Test("one daemon at a time works with a database; the lock goes with its process")
    func lock() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("a.db").path
        #expect(!InstanceLock.isHeld(path: path))
        do {
            let lock = try InstanceLock(path: path)
            #expect(InstanceLock.isHeld(path: path))
            #expect(throws: StorageError.inUse(path: path)) { _ = try InstanceLock(path: path) }
            withExtendedLifetime(lock) {}
        }
        #expect(!InstanceLock.isHeld(path: path))
    }

    @Test("a backup taken while others write is whole, and of one moment")
    func backup() async throws {
        let test = try TestStore()
        let incident = Samples.incident()
        try test.store.unwatched.commit(.new(incident))
        let store = test.store
        let writing = Task.detached {
            while !Task.isCancelled { try? store.unwatched.setProtected(incident: incident.id, Bool.random()) }
        }
        let copy = test.folder.file("copy.db")
        try test.store.unwatched.backUp(to: copy)
        writing.cancel()
        await writing.value
        let again = try Store(path: copy.path, clock: test.clock)
        #expect(try again.unwatched.incidents() == [incident] && again.unwatched.integrityProblems().isEmpty)
        #expect(throws: StorageError.self) { try test.store.unwatched.backUp(to: copy) }
    }
}
