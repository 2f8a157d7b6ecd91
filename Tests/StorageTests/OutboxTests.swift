import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("The outbox")
struct OutboxTests {
    let test: TestStore
    var store: Store { test.store }

    init() throws { test = try TestStore() }

    private func plan(_ id: String, _ alerts: PlannedAlert...) throws -> [OutboxMessage] {
        try store.unwatched.commit(.new(Samples.incident(id))) { _ in alerts }.newAlerts
    }

    @Test("each recipient's oldest message comes first, and the next one when that is done")
    func heads() throws {
        let first = try plan("01a", Samples.alert("+1"), Samples.alert("+2"))
        let second = try plan("01b", Samples.alert("+1"), Samples.alert(channel: "hook"))
        #expect(try store.unwatched.pendingHeads() == [first[0], first[1], second[1]])
        try store.unwatched.markSent(first[0].id, at: test.clock.now())
        #expect(try store.unwatched.pendingHeads() == [first[1], second[0], second[1]])
        try store.unwatched.markDead(first[1].id, error: "no such number")
        #expect(try store.unwatched.pendingHeads() == [second[0], second[1]])
    }

    @Test("what waits is counted, not what is planned for later")
    func waiting() throws {
        var escalation = Samples.alert("+2")
        escalation.purpose = .escalation(1)
        escalation.dueAt = test.clock.now() + 600
        let planned = test.clock.now()
        _ = try plan("01a", Samples.alert("+1"), escalation)
        #expect(try store.unwatched.outboxSummary() == .init(waiting: 1, waitingSince: planned))
        test.clock.advance(seconds: 601)
        #expect(try store.unwatched.outboxSummary() == .init(waiting: 2, waitingSince: planned))
        for message in try store.unwatched.pendingHeads() {
            try store.unwatched.markSent(message.id, at: test.clock.now())
        }
        #expect(try store.unwatched.outboxSummary() == .init(lastSentAt: test.clock.now()))
    }

    @Test("a failed message stays its recipient's first, with its next moment and reason")
    func failure() throws {
        let first = try #require(try plan("01a", Samples.alert("+1")).first)
        _ = try plan("01b", Samples.alert("+1"))
        let retryAt = test.clock.now() + 30
        try store.unwatched.beginAttempt(first.id)
        #expect(try store.unwatched.pendingHeads().first?.outcomeUnknown == true)
        try store.unwatched.markFailed(first.id, retryAt: retryAt, error: "HTTP 500", outcomeUnknown: false)
        let head = try #require(try store.unwatched.pendingHeads().first)
        #expect(head.id == first.id)
        #expect(head.attempts == 1)
        #expect(head.nextAttemptAt == retryAt)
        #expect(head.lastError == "HTTP 500")
        #expect(!head.outcomeUnknown)
    }

    @Test("after a restart an attempt that was cut off is known to be of unknown outcome")
    func restart() throws {
        let message = try #require(try plan("01a", Samples.alert()).first)
        try store.unwatched.beginAttempt(message.id)
        let again = try TestStore(folder: test.folder, clock: test.clock)
        let head = try #require(try again.store.unwatched.pendingHeads().first)
        #expect(head.id == message.id && head.attempts == 1 && head.outcomeUnknown)
        #expect(head.idempotencyKey == message.idempotencyKey)
    }

    @Test("what is sent or dead is changed no more")
    func finalStates() throws {
        let message = try #require(try plan("01a", Samples.alert()).first)
        #expect(try store.unwatched.markSent(message.id, at: Samples.start))
        #expect(try !store.unwatched.markDead(message.id, error: "late"))
        #expect(try !store.unwatched.beginAttempt(message.id))
        #expect(
            try !store.unwatched.markFailed(message.id, retryAt: Samples.start, error: "late", outcomeUnknown: true))
        let kept = try #require(try store.unwatched.messages(of: IncidentID(rawValue: "01a")).first)
        #expect(kept.state == .sent && kept.sentAt == Samples.start && kept.lastError == nil)
    }

    @Test("who waits hears of new messages")
    func signals() async throws {
        var changes = store.changes(of: .outbox).makeAsyncIterator()
        _ = try plan("01b", Samples.alert())
        _ = try plan("01c", Samples.alert())
        #expect(await changes.next() != nil)
        #expect(try store.unwatched.pendingHeads().map(\.incident?.rawValue) == ["01b"])
    }

    @Test("a commit without messages wakes nobody")
    func noSignal() async throws {
        let changes = store.changes(of: .outbox)
        try store.unwatched.commit(.new(Samples.incident("01a")))
        let waiting = Task {
            for await _ in changes { return true }
            return false
        }
        // A signal that had come before would still be handed out to the cancelled task.
        waiting.cancel()
        #expect(await !waiting.value)
    }

    @Test("a text that looks like the placeholder is kept")
    func placeholderInText() throws {
        let message = try #require(try plan("01a", Samples.alert(text: "camera {token}")).first)
        #expect(message.alert.text == "camera {token}")
        #expect(try store.unwatched.pendingHeads().first?.alert.text == "camera {token}")
    }

    @Test("the key of a message tells nobody the recipient")
    func idempotencyKey() throws {
        let message = try #require(try plan("01a", Samples.alert("+491700000001")).first)
        #expect(message.idempotencyKey.count == 32)
        #expect(!message.idempotencyKey.contains("1700000001"))
    }
}
