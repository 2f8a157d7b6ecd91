import Foundation
import Logging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Camera
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

    // MARK: Steps that overlap

    /// Lets each commit begin, and finish only when the test says so.
    private actor GatedDatabase {
        private(set) var written: [String] = []
        private(set) var begun: [String] = []
        private var waiting: [CheckedContinuation<Bool, Never>] = []
        private var isOpen = false

        func commit(_ event: IncidentEvent) async throws -> CommitResult {
            let name = "\(event.type) \(event.incident.id) \(event.incident.evidence.count)"
            begun.append(name)
            let isTaken = isOpen ? true : await withCheckedContinuation { waiting.append($0) }
            guard isTaken else { throw StorageError.diskFull(path: "a.db") }
            written.append(name)
            return CommitResult(newAlerts: [], isNewIncident: true)
        }

        /// Ends the commit that began first.
        func finishOldest(isTaken: Bool) { waiting.removeFirst().resume(returning: isTaken) }

        /// Ends all commits from now on at once.
        func open() {
            isOpen = true
            for one in waiting { one.resume(returning: true) }
            waiting = []
        }

        func waitForBegun(_ count: Int) async {
            while begun.count < count { await Task.yield() }
        }
    }

    private func gated() throws -> (GatedDatabase, IncidentLedger) {
        let database = GatedDatabase()
        let ledger = IncidentLedger(
            camera: try #require(CameraID(rawValue: "dock")), clock: clock, notices: SilentNotices(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { try await database.commit($0) }
        return (database, ledger)
    }

    /// An incident in its nth state.
    private func incident(_ name: String, state: Int) throws -> Incident {
        var incident = try incident(name)
        incident.evidence = (0..<state).map {
            Evidence(parameter: "\($0)", measured: 0, threshold: 0, unit: "")
        }
        return incident
    }

    /// A beginning that the database has refused once, and that is being written for the second time.
    private func beginningInFlight(
        _ database: GatedDatabase, _ ledger: IncidentLedger
    ) async throws -> Task<Bool, Never> {
        let beginning = try incident("one", state: 0)
        async let refused = ledger.take(.new(beginning))
        await database.waitForBegun(1)
        await database.finishOldest(isTaken: false)
        #expect(await refused == nil)
        let flushing = Task { await ledger.flush() }
        await database.waitForBegun(2)
        return flushing
    }

    @Test("an incident's end is never written before its beginning, and an older state never over a newer one")
    func overlapping() async throws {
        let (database, ledger) = try gated()
        let flushing = try await beginningInFlight(database, ledger)
        let update = try incident("one", state: 1), end = try incident("one", state: 2)
        let steps = [
            Task { await ledger.take(.update(update)) }
        ]
        // Either it waits in the ledger or it has begun to be written.
        while await ledger.held < 2, await database.begun.count < 3 { await Task.yield() }
        let last = Task { await ledger.take(.end(end)) }
        while await ledger.held < 3, await database.begun.count < 4 { await Task.yield() }
        #expect(await database.begun.count == 2, "a later step began before the first one was written")
        await database.open()
        #expect(await flushing.value)
        for step in steps { _ = await step.value }
        _ = await last.value
        #expect(await database.written == ["new one 0", "update one 1", "end one 2"])
        await ledger.close()
    }

    @Test("steps that are taken at the same time are written in the order in which they were taken")
    func concurrent() async throws {
        let (database, ledger) = try gated()
        var steps: [Task<CommitResult?, Never>] = []
        for state in 0..<4 {
            let incident = try incident("one", state: state)
            steps.append(Task { await ledger.take(state == 0 ? .new(incident) : .end(incident)) })
            while await ledger.held < state + 1, await database.begun.count < state + 1 { await Task.yield() }
        }
        #expect(await database.begun.count == 1)
        await database.open()
        for step in steps { #expect(await step.value != nil) }
        #expect(await database.written == ["new one 0", "end one 1", "end one 2", "end one 3"])
    }

    @Test("a refusal of one incident's step keeps the later ones behind it, and no other incident's")
    func refusalInBetween() async throws {
        let (database, ledger) = try gated()
        let flushing = try await beginningInFlight(database, ledger)
        let end = try incident("one", state: 1), other = try incident("two", state: 0)
        let steps = [Task { await ledger.take(.end(end)) }]
        while await ledger.held < 2, await database.begun.count < 3 { await Task.yield() }
        let second = Task { await ledger.take(.new(other)) }
        while await ledger.held < 3, await database.begun.count < 4 { await Task.yield() }
        await database.finishOldest(isTaken: false)
        await database.waitForBegun(3)
        await database.finishOldest(isTaken: true)
        #expect(await second.value != nil)
        #expect(await steps[0].value == nil)
        #expect(await !flushing.value)
        #expect(await database.written == ["new two 0"])
        #expect(await ledger.held == 2)
        await database.open()
        #expect(await ledger.flush())
        #expect(await database.written == ["new two 0", "new one 0", "end one 1"])
    }

    @Test("closing waits for what is being written, and tries what that left once more")
    func closeWhileFlushing() async throws {
        let (database, ledger) = try gated()
        let flushing = try await beginningInFlight(database, ledger)
        let isClosed = Mutex(false)
        let closing = Task {
            await ledger.close()
            isClosed.withLock { $0 = true }
        }
        for _ in 0..<200 { await Task.yield() }
        #expect(!isClosed.withLock { $0 }, "closed while a step was still being written")
        await database.finishOldest(isTaken: false)
        await database.waitForBegun(3)
        await database.finishOldest(isTaken: true)
        await closing.value
        _ = await flushing.value
        #expect(await database.written == ["new one 0"])
        #expect(await ledger.held == 0)
    }
}
