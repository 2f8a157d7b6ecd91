import Foundation
import Logging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Daemon
@testable import Domain

@Suite("Incidents while the database refuses")
struct IncidentLedgerTests {
    private let clock = ManualClock()

    /// Takes what it is given unless it is told to fail.
    private final class Database: Sendable {
        struct State {
            var failure: StorageError?
            var taken: [String] = []
        }
        let state = Mutex(State())

        func commit(_ event: IncidentEvent) throws -> CommitResult {
            try state.withLock { state in
                if let failure = state.failure { throw failure }
                state.taken.append("\(event.type) \(event.incident.id)")
                return CommitResult(newAlerts: [], isNewIncident: true)
            }
        }
    }

    private func incident(_ name: String) throws -> Incident {
        let zero = MediaTime(pts90k: 0)
        let camera = try #require(CameraID(rawValue: "dock"))
        return Incident(
            id: IncidentID(rawValue: name), camera: camera, kind: .manual, severity: .low, start: zero, end: zero,
            confirmed: zero, startDate: clock.now(), endDate: clock.now(), confirmedDate: clock.now(),
            region: Region(x: 0, y: 0, width: 1, height: 1), frameSize: FrameSize(width: 1, height: 1))
    }

    private func makeLedger(_ database: Database) throws -> IncidentLedger {
        IncidentLedger(
            camera: try #require(CameraID(rawValue: "dock")), clock: clock, notices: SilentNotices(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { try database.commit($0) }
    }

    @Test("are held in their order and written when it takes them again; updates of one incident become one")
    func held() async throws {
        let database = Database()
        let ledger = try makeLedger(database)
        database.state.withLock { $0.failure = .diskFull(path: "a.db") }
        #expect(try await ledger.take(.new(incident("one"))) == nil)
        for _ in 0..<5 { #expect(try await ledger.take(.update(incident("one"))) == nil) }
        #expect(try await ledger.take(.end(incident("one"))) == nil)
        #expect(try await ledger.take(.new(incident("two"))) == nil)
        #expect(await ledger.held == 4)
        await clock.waitForSleepers()
        clock.advance(seconds: 2)
        await clock.waitForSleepers()
        database.state.withLock { $0.failure = nil }
        #expect(await ledger.held == 4)
        #expect(await ledger.flush())
        #expect(database.state.withLock { $0.taken } == ["new one", "update one", "end one", "new two"])
        #expect(try await ledger.take(.end(incident("two"))) != nil)
        await ledger.close()
    }

    @Test("what the schema refuses is not tried for ever, and keeps nothing else from being written")
    func refused() async throws {
        let database = Database()
        let ledger = try makeLedger(database)
        database.state.withLock { $0.failure = .refused(reason: "CHECK") }
        #expect(try await ledger.take(.new(incident("bad"))) == nil)
        #expect(await ledger.held == 0)
        database.state.withLock { $0.failure = nil }
        #expect(try await ledger.take(.new(incident("good"))) != nil)
    }
}
