import Foundation
import Storage
import TestSupport
import Testing

@testable import Domain
@testable import Recording

@Suite("Backup and restore", .mayWait)
struct SiteBackupTests {
    let folder: TemporaryDirectory
    let clock = ManualClock()

    init() throws { folder = try TemporaryDirectory() }

    private func store() throws -> Store { try Store(path: folder.file("state/a.sqlite").path, clock: clock) }

    private func addIncident(_ name: String, _ store: Store) throws {
        let zero = MediaTime(pts90k: 0)
        let camera = try #require(CameraID(rawValue: "dock"))
        try store.unwatched.commit(
            .new(
                Incident(
                    id: IncidentID(rawValue: name), camera: camera, kind: .manual, severity: .low, start: zero,
                    end: zero, confirmed: zero, startDate: clock.now(), endDate: clock.now(),
                    confirmedDate: clock.now(), region: Region(x: 0, y: 0, width: 1, height: 1),
                    frameSize: FrameSize(width: 1, height: 1))))
    }

    @Test("what was backed up while the database was open comes back; what was there is kept beside it")
    func roundTrip() throws {
        let yaml = folder.file("site.yaml")
        try Data("cameras: []\n".utf8).write(to: yaml)
        let database = folder.file("state/a.sqlite")
        let backup: URL
        let token: String
        do {
            let store = try store()
            try addIncident("before", store)
            token = try store.unwatched.newLink(IncidentID(rawValue: "before"), expiresAt: clock.now() + 100)
            backup = try SiteBackup.make(
                store: store, configuration: yaml, in: folder.file("backups"), program: "0.1.0", clock: clock)
            try addIncident("after", store)
        }
        let mode = try FileManager.default.attributesOfItem(atPath: backup.path)[.posixPermissions] as? Int
        #expect((mode ?? 0o777) & 0o077 == 0)
        try Data("broken".utf8).write(to: yaml)
        let moved = try SiteBackup.restore(from: backup, database: database, configuration: yaml, clock: clock)
        #expect(moved.count >= 3 && moved.allSatisfy { $0.path.contains(".before-restore-") })
        #expect(try store().unwatched.incidents().map(\.id.rawValue) == ["before"])
        #expect(try store().unwatched.incident(token: token)?.id.rawValue == "before")
        #expect(try String(contentsOf: yaml, encoding: .utf8) == "cameras: []\n")
    }

    @Test("a damaged backup, and a daemon that runs, are refused, and nothing is changed")
    func refused() throws {
        let backup: URL
        do {
            let store = try store()
            backup = try SiteBackup.make(
                store: store, configuration: nil, in: folder.file("backups"), program: "0.1.0", clock: clock)
        }
        let database = folder.file("state/a.sqlite")
        let content = try Data(contentsOf: database)
        do {
            let lock = try InstanceLock(path: database.path)
            #expect(throws: StorageError.inUse(path: database.path)) {
                _ = try SiteBackup.restore(from: backup, database: database, configuration: nil, clock: clock)
            }
            withExtendedLifetime(lock) {}
        }
        let file = backup.appending(path: SiteBackup.databaseName)
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 0xFF
        try bytes.write(to: file)
        #expect(throws: SiteBackup.Failure.self) {
            _ = try SiteBackup.restore(from: backup, database: database, configuration: nil, clock: clock)
        }
        #expect(try Data(contentsOf: database) == content)
    }
}
