import Alerts
import Domain
import Foundation
import Logging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Verification

/// Incidents that are looked at twice, with a real server and a real database.
@Suite("Verification of incidents")
struct VerificationServiceTests {
    private struct Site {
        let folder: TemporaryDirectory
        let store: Store
        let faulty: FaultyStore
        let service: VerificationService
        let stub: HTTPStub
        let clock: ManualClock
    }

    /// - Parameter holdSeconds: nil: the text goes out first.
    private func site(_ holdSeconds: Double?, _ answer: HTTPStub.Answer, failing: Set<Int> = []) throws -> Site {
        let folder = try TemporaryDirectory(), clock = ManualClock()
        let store = try Store(path: folder.file("a.db").path, clock: clock)
        let stub = try HTTPStub([], then: answer)
        let announcer = IncidentAnnouncer(
            store: store,
            router: AlertRouter(destinations: [AlertDestination(channel: "sms", recipients: ["+491700000001"])]),
            publicBaseURL: nil, timeZone: .gmt, cameraNames: [:], clock: clock)
        let faulty = FaultyStore(StoredVerification(store: store) { announcer }, failing: failing)
        let service = VerificationService(
            VerificationSettings(
                baseURL: try #require(URL(string: stub.baseURL)), model: "see-1", holdSeconds: holdSeconds),
            store: faulty, clock: clock, logger: Logger(label: "test"))
        return Site(folder: folder, store: store, faulty: faulty, service: service, stub: stub, clock: clock)
    }

    private func incident() throws -> Incident {
        let time = MediaTime(epoch: 0, seconds: 5), date = Date(timeIntervalSince1970: 1_780_000_000)
        return Incident(
            id: IncidentID(rawValue: "01a"), camera: try #require(CameraID(rawValue: "dock")), kind: .fallingObject,
            severity: .medium, start: time, end: time, confirmed: time, startDate: date, endDate: date,
            confirmedDate: date, region: Region(x: 1, y: 1, width: 4, height: 4),
            frameSize: FrameSize(width: 16, height: 9))
    }

    private func says(_ happened: Bool, _ severity: String = "high") -> HTTPStub.Answer {
        let verdict =
            "{\\\"happened\\\": \(happened), \\\"description\\\": \\\"A box.\\\", \\\"severity\\\": \\\"\(severity)\\\"}"
        return .respond(200, body: "{\"choices\": [{\"message\": {\"content\": \"\(verdict)\"}}]}")
    }

    private func messages(_ site: Site) throws -> Int {
        try site.store.unwatched.messages(of: IncidentID(rawValue: "01a")).count
    }

    @Test("text-first: the message is planned before anybody is asked, the description follows")
    func textFirst() async throws {
        let site = try site(nil, says(true))
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.service.take(.new(incident))
        #expect(try messages(site) == 1 && site.stub.requests.isEmpty)
        await site.service.look(at: incident) { [Data([1])] }
        let stored = try #require(try site.store.unwatched.incident(incident.id))
        #expect(stored.verification?.description == "A box." && stored.severity == .medium)
        #expect(try messages(site) == 1)
    }

    @Test("hold: nobody is told before the answer; a yes is told, and can only raise the severity")
    func holdYes() async throws {
        let site = try site(6, says(true))
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.service.take(.new(incident))
        #expect(try messages(site) == 0)
        #expect(try site.store.unwatched.incident(incident.id)?.stage == .candidate)
        var later = incident
        later.stage = .growing
        _ = try await site.service.take(.update(later))
        #expect(try messages(site) == 0)
        await site.service.look(at: incident) { [Data([1])] }
        let stored = try #require(try site.store.unwatched.incident(incident.id))
        #expect(stored.stage == .growing && stored.severity == .high && stored.verification?.happened == true)
        #expect(try messages(site) == 1)
    }

    @Test("hold: a no keeps the incident and tells nobody")
    func holdNo() async throws {
        let site = try site(6, says(false, "low"))
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.service.take(.new(incident))
        await site.service.look(at: incident) { [Data([1])] }
        let stored = try #require(try site.store.unwatched.incident(incident.id))
        #expect(stored.alerting == .silent && stored.stage == .confirmed && stored.severity == .medium)
        #expect(try messages(site) == 0)
    }

    @Test(
        "hold: wrong, broken and missing answers change nothing: people are told",
        arguments: [
            HTTPStub.Answer.respond(200, body: "I think so"), .respond(500), .close,
        ])
    func holdBad(answer: HTTPStub.Answer) async throws {
        let site = try site(6, answer)
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.service.take(.new(incident))
        await site.service.look(at: incident) { [Data([1])] }
        #expect(try messages(site) == 1)
        #expect(try site.store.unwatched.incident(incident.id)?.verification == nil)
    }

    @Test("hold: a server that says nothing is waited for so long and no longer")
    func holdSilence() async throws {
        let site = try site(6, .silence)
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.service.take(.new(incident))
        let looking = Task { await site.service.look(at: incident) { [Data([1])] } }
        await site.stub.waitForRequests(1)
        #expect(try messages(site) == 0)
        await site.clock.waitForSleepers(1)
        site.clock.advance(seconds: 7)
        await looking.value
        #expect(try messages(site) == 1)
    }

    @Test("what a crash left waiting is told at the next start")
    func forgotten() async throws {
        let site = try site(6, .silence)
        defer { site.stub.stop() }
        var waiting = try incident()
        waiting.stage = .candidate
        try site.store.unwatched.commit(.new(waiting))
        await site.service.releaseForgotten()
        #expect(try messages(site) == 1 && site.store.unwatched.heldIncidents().isEmpty)
    }

    @Test("frames that can't be had: no question, no harm")
    func noFrames() async throws {
        struct Gone: Error {}
        let site = try site(6, says(false))
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.service.take(.new(incident))
        await site.service.look(at: incident) { throw Gone() }
        #expect(try messages(site) == 1 && site.stub.requests.isEmpty)
    }

    // MARK: - A database that fails

    /// Brings events into the database in their order, and again when it refused them: what a camera's ledger does.
    private func bring(_ events: [IncidentEvent], _ site: Site) async -> [IncidentEvent] {
        var left: [IncidentEvent] = []
        for event in events {
            guard left.isEmpty else {
                left.append(event)
                continue
            }
            do { _ = try await site.service.take(event) } catch { left.append(event) }
        }
        return left
    }

    private func steps() throws -> (new: IncidentEvent, update: IncidentEvent, end: IncidentEvent) {
        let first = try incident()
        var grown = first
        grown.stage = .growing
        grown.region = Region(x: 1, y: 1, width: 9, height: 8)
        var ended = grown
        ended.stage = .ended
        ended.phase = .ended
        ended.endDate += 9
        return (.new(first), .update(grown), .end(ended))
    }

    /// The answer may come before, between and after the steps; every call of the database may be the one that fails, once
    /// or for a while.
    @Test(
        "hold: whichever write fails, people are told once, and the incident's last state is kept",
        arguments: [
            Set([]), [0], [1], [2], [3], [4], [5], [0, 1], [1, 2], [2, 3], [3, 4], [0, 1, 2, 3], [1, 2, 3, 4, 5],
        ],
        1...3)
    func failing(_ calls: Set<Int>, lookedAtAfter: Int) async throws {
        let site = try site(6, says(true), failing: calls)
        defer { site.stub.stop() }
        let steps = try steps(), events = [steps.new, steps.update, steps.end]
        var left: [IncidentEvent] = []
        for (index, event) in events.enumerated() {
            if index == lookedAtAfter { await site.service.look(at: steps.new.incident) { [Data([1])] } }
            left = await bring(left + [event], site)
        }
        if lookedAtAfter == 3 { await site.service.look(at: steps.new.incident) { [Data([1])] } }
        // The ledger and the service try again by themselves.
        for _ in 0..<calls.count + 1 {
            site.clock.advance(seconds: 2)
            left = await bring(left, site)
            await site.service.retryNow()
        }
        #expect(left.isEmpty)
        let stored = try #require(try site.store.unwatched.incident(steps.new.incident.id))
        #expect(stored.stage == .ended && stored.phase == .ended && stored.region.width == 9)
        #expect(stored.verification?.happened == true && stored.severity == .high)
        #expect(try messages(site) == 1)
        #expect(try site.store.unwatched.heldIncidents().isEmpty)
        #expect(await site.service.remembered == 0)
    }

    @Test("hold: an announcement that the database refuses is tried again by itself until it is in")
    func announcedLater() async throws {
        let site = try site(6, says(true), failing: [1, 2])
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.service.take(.new(incident))
        await site.service.look(at: incident) { [Data([1])] }
        #expect(try messages(site) == 0)
        for _ in 0..<2 {
            await site.clock.waitForSleepers(1)
            site.clock.advance(seconds: 2)
        }
        await site.faulty.waitForAnnouncement()
        #expect(try messages(site) == 1 && site.store.unwatched.heldIncidents().isEmpty)
    }

    @Test("hold: later steps take back neither a raised severity nor a silence")
    func laterSteps() async throws {
        for happened in [true, false] {
            let site = try site(6, says(happened))
            defer { site.stub.stop() }
            let steps = try steps()
            _ = try await site.service.take(steps.new)
            await site.service.look(at: steps.new.incident) { [Data([1])] }
            _ = try await site.service.take(steps.update)
            let stored = try #require(try site.store.unwatched.incident(steps.new.incident.id))
            #expect(stored.stage == .growing && stored.severity == .high)
            #expect((stored.alerting == .silent) == !happened)
        }
    }

    @Test("hold: frames that never come hold the text for so long and no longer")
    func framesHang() async throws {
        let site = try site(6, says(true))
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.service.take(.new(incident))
        let (hanging, goOn) = AsyncStream<Void>.makeStream()
        let looking = Task {
            await site.service.look(at: incident) {
                // As decoding does, this heeds no cancellation.
                await Task.detached { for await _ in hanging {} }.value
                return [Data([1])]
            }
        }
        await site.clock.waitForSleepers(1)
        site.clock.advance(seconds: 7)
        await site.faulty.waitForAnnouncement()
        #expect(try messages(site) == 1)
        goOn.finish()
        await looking.value
    }

    @Test("hold: nobody looks: people are told all the same when the time is over")
    func nobodyLooks() async throws {
        let site = try site(6, says(true))
        defer { site.stub.stop() }
        _ = try await site.service.take(.new(try incident()))
        await site.clock.waitForSleepers(1)
        site.clock.advance(seconds: 7)
        await site.faulty.waitForAnnouncement()
        #expect(try messages(site) == 1)
    }

    @Test("hold: when the camera is closed, nobody waits any longer")
    func closed() async throws {
        let site = try site(6, .silence)
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.service.take(.new(incident))
        await site.service.close(incident.camera)
        #expect(try messages(site) == 1)
        #expect(await site.service.remembered == 0)
    }

    @Test("what a crash left waiting is told, also when it can't be read or announced at first", arguments: 0...2)
    func forgottenLater(_ fails: Int) async throws {
        let site = try site(6, .silence, failing: [fails])
        defer { site.stub.stop() }
        var waiting = try incident()
        waiting.stage = .candidate
        try site.store.unwatched.commit(.new(waiting))
        await site.service.releaseForgotten()
        if fails < 2 {
            await site.clock.waitForSleepers(1)
            site.clock.advance(seconds: 2)
            await site.service.waitForRetries()
        }
        #expect(try messages(site) == 1 && site.store.unwatched.heldIncidents().isEmpty)
        #expect(await site.service.remembered == 0)
    }

    @Test("text-first: an answer does not bring an older state back over a newer one")
    func describedInOrder() async throws {
        let site = try site(nil, says(true))
        defer { site.stub.stop() }
        let steps = try steps()
        _ = try await site.service.take(steps.new)
        // The last step comes while the answer is being written down.
        let ending = Mutex<Task<Void, any Error>?>(nil)
        site.faulty.onAnswer {
            let task = Task { _ = try await site.service.take(steps.end) }
            ending.withLock { $0 = task }
            // Whoever is let in between gets in now.
            for _ in 0..<1000 { await Task.yield() }
        }
        await site.service.look(at: steps.new.incident) { [Data([1])] }
        try await ending.withLock { $0 }?.value
        let stored = try #require(try site.store.unwatched.incident(steps.new.incident.id))
        #expect(stored.phase == .ended && stored.verification != nil)
    }
}

/// The real database, of which chosen calls fail.
private final class FaultyStore: VerificationStore {
    private struct State {
        var calls = 0
        var announced = 0
        var watchers: [CheckedContinuation<Void, Never>] = []
        var onAnswer: (@Sendable () async -> Void)?
    }

    private let store: StoredVerification
    private let failing: Set<Int>
    private let state = Mutex(State())

    /// - Parameter failing: The numbers of the calls that fail, from 0.
    init(_ store: StoredVerification, failing: Set<Int>) {
        self.store = store
        self.failing = failing
    }

    /// Called once the next answer was written.
    func onAnswer(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.onAnswer = body } }

    /// Returns once an incident was announced.
    func waitForAnnouncement() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state -> Bool in
                if state.announced > 0 { return true }
                state.watchers.append(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func call() throws {
        let number = state.withLock { state in
            defer { state.calls += 1 }
            return state.calls
        }
        if failing.contains(number) { throw StorageError.busy(path: "a.db") }
    }

    func keep(_ event: IncidentEvent) async throws -> CommitResult {
        try call()
        return try await store.keep(event)
    }

    func announce(_ event: IncidentEvent) async throws -> CommitResult {
        try call()
        let result = try await store.announce(event)
        let watchers = state.withLock { state in
            state.announced += 1
            defer { state.watchers = [] }
            return state.watchers
        }
        for watcher in watchers { watcher.resume() }
        return result
    }

    func keep(_ answer: VerificationAnswer, of id: IncidentID) async throws -> Incident? {
        try call()
        let incident = try await store.keep(answer, of: id)
        let body = state.withLock { state in
            defer { state.onAnswer = nil }
            return state.onAnswer
        }
        await body?()
        return incident
    }

    func waiting() async throws -> [Incident] {
        try call()
        return try await store.waiting()
    }
}
