import Domain
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Alerts

/// Nothing here waits for real time: pauses pass on a clock that the test moves, answers come from servers on loopback.
@Suite("Sending", .timeLimit(.minutes(10)))
struct OutboxWorkerTests {
    let folder: TemporaryDirectory
    let clock = ManualClock(date: Samples.start)
    let log = LogRecorder()
    let store: Store

    init() throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("a.db").path, clock: clock)
    }

    private func webhook(_ server: HTTPStub, _ name: String = "hook", timeoutSeconds: Double = 300) -> WebhookChannel {
        WebhookChannel(name: name, url: server.baseURL, timeoutSeconds: timeoutSeconds)
    }

    private func twilio(_ server: HTTPStub, timeoutSeconds: Double = 300) -> TwilioChannel {
        TwilioChannel(
            name: "sms", baseURL: server.baseURL, accountSID: "AC1", authToken: "s3cret", from: "+1",
            timeoutSeconds: timeoutSeconds)
    }

    private func plan(_ id: String = "01a", _ channel: String = "hook", _ recipient: String = "") throws {
        let text = "Object fell. https://a.example/i/token-of-\(id)"
        try store.unwatched.commit(.new(Samples.incident(id))) { _ in
            [PlannedAlert(channel: channel, recipient: recipient, text: text)]
        }
    }

    private func message(_ id: String = "01a") throws -> OutboxMessage {
        try #require(try store.unwatched.messages(of: IncidentID(rawValue: id)).first)
    }

    /// Runs a worker while `body` runs.
    private func working(
        _ channels: [any AlertChannel], policy: RetryPolicy? = nil, _ body: () async throws -> Void
    ) async throws {
        var exact = RetryPolicy()
        exact.jitter = 0
        let worker = OutboxWorker(
            store: store, channels: channels, clock: clock, policy: policy ?? exact, random: SeededGenerator(seed: 1),
            logger: log.logger)
        let running = Task { await worker.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        running.cancel()
        await running.value
        try result.get()
    }

    @Test("a message that comes while the worker waits goes out at once, once")
    func sends() async throws {
        let server = try HTTPStub()
        defer { server.stop() }
        try await working([webhook(server)]) {
            try plan()
            await log.wait(for: "sent at attempt 1")
        }
        let sent = try message()
        #expect(sent.state == .sent && sent.sentAt == clock.now() && sent.attempts == 1 && !sent.outcomeUnknown)
        #expect(server.requests.map { $0.headers["idempotency-key"] } == [sent.idempotencyKey])
    }

    @Test("a failing receiver is tried again with growing pauses, with the same key, until it takes the message")
    func retries() async throws {
        let server = try HTTPStub([.respond(500), .close, .respond(429, headers: ["Retry-After": "60"])])
        defer { server.stop() }
        try plan()
        try await working([webhook(server)]) {
            for (attempt, pause) in [(1, 2.0), (2, 4.0), (3, 60.0)] {
                await clock.waitForSleepers()
                let waiting = try message()
                #expect(waiting.state == .pending && waiting.attempts == attempt && waiting.lastError != nil)
                #expect(waiting.nextAttemptAt == clock.now() + pause)
                #expect(server.requests.count == attempt)
                clock.advance(seconds: pause)
                await server.waitForRequests(attempt + 1)
            }
            await log.wait(for: "sent at attempt 4")
        }
        #expect(try message().state == .sent)
        #expect(Set(server.requests.map { $0.headers["idempotency-key"] }).count == 1)
    }

    @Test("nothing is sent before its pause is over, whatever else there is to send")
    func notEarly() async throws {
        let server = try HTTPStub([.respond(503)])
        defer { server.stop() }
        try plan()
        try await working([webhook(server)]) {
            await clock.waitForSleepers()
            clock.advance(seconds: 1.9)
            // Another lane's message makes the worker look at all of them.
            try plan("01b", "nowhere")
            await log.wait(for: "there is no channel nowhere")
        }
        #expect(server.requests.count == 1)
        #expect(try message().attempts == 1)
    }

    @Test("what the provider refuses for good is dead, and the next message goes on")
    func deadLetter() async throws {
        let server = try HTTPStub([.respond(400, body: #"{"code":21610}"#)], then: .respond(201))
        defer { server.stop() }
        try plan("01a", "sms", "+491700000001")
        try plan("01b", "sms", "+491700000001")
        try await working([twilio(server)]) { await log.wait(for: "sent at attempt 1") }
        let dead = try message("01a")
        #expect(dead.state == .dead && dead.sentAt == nil)
        #expect(dead.lastError == "Twilio: HTTP 400, error 21610 (the recipient has unsubscribed by STOP)")
        #expect(try message("01b").state == .sent)
    }

    @Test("a message that nobody takes for a day is given up, and says why")
    func givesUp() async throws {
        let server = try HTTPStub(then: .respond(503))
        defer { server.stop() }
        try plan()
        clock.advance(seconds: 86_400)
        try await working([webhook(server)]) { await log.wait(for: "given up") }
        #expect(try message().state == .dead)
        #expect(try message().lastError == "given up after 1 attempts: webhook: HTTP 503")
    }

    @Test("a restart goes on where the last run stopped")
    func restart() async throws {
        let port: UInt16
        do {
            let broken = try HTTPStub(then: .respond(500))
            defer { broken.stop() }
            port = broken.port
            try plan()
            try await working([webhook(broken)]) { await clock.waitForSleepers() }
        }
        #expect(port > 0)
        let again = try Store(path: folder.file("a.db").path, clock: clock)
        #expect(try again.unwatched.pendingHeads().first?.attempts == 1)
        let server = try HTTPStub()
        defer { server.stop() }
        let worker = OutboxWorker(
            store: again, channels: [webhook(server)], clock: clock, logger: log.logger)
        let running = Task { await worker.run() }
        await clock.waitForSleepers()
        #expect(server.requests.isEmpty)
        clock.advance(seconds: 2)
        await log.wait(for: "sent at attempt 2")
        running.cancel()
        await running.value
        #expect(try message().state == .sent)
    }

    @Test("a recipient's messages keep their order while the first one is tried again")
    func order() async throws {
        let server = try HTTPStub([.respond(503)], then: .respond(201))
        defer { server.stop() }
        for id in ["01a", "01b", "01c"] { try plan(id, "sms", "+1") }
        try await working([twilio(server)]) {
            await clock.waitForSleepers()
            #expect(server.requests.count == 1)
            clock.advance(seconds: 2)
            await log.wait(for: "sent at attempt", count: 3)
        }
        let tokens = server.requests.compactMap {
            $0.form["Body"].flatMap { IncidentText.link(in: $0) }?.lastPathComponent
        }
        #expect(tokens == ["token-of-01a", "token-of-01a", "token-of-01b", "token-of-01c"])
    }

    @Test("a channel that never answers, one that fails and one that does not exist hold up no other")
    func isolation() async throws {
        let silent = try HTTPStub(then: .silence), failing = try HTTPStub(then: .respond(500)), good = try HTTPStub()
        defer { for server in [silent, failing, good] { server.stop() } }
        try plan("01a", "silent")
        try plan("01b", "failing")
        try plan("01c", "gone")
        let channels = [
            webhook(silent, "silent"), webhook(failing, "failing"), webhook(good, "good"),
        ]
        try await working(channels) {
            await silent.waitForRequests(1)
            for id in ["02a", "02b", "02c"] { try plan(id, "good") }
            await log.wait(for: "by good: sent", count: 3)
        }
        #expect(silent.requests.count == 1)
        // The attempt that was cut off may have gone out: the next run must know that.
        #expect(try message("01a").state == .pending)
        #expect(try message("01a").outcomeUnknown)
        #expect(try !message("01c").outcomeUnknown)
    }

    @Test("after a time-out Twilio is asked first, and what it has is not sent again")
    func ambiguousButSent() async throws {
        let server = try HTTPStub { request, number in
            if number == 0 { return .silence }
            guard request.method == "GET" else { return .respond(500) }
            return .respond(200, body: #"{"messages":[{"body":"Object fell. https://a.example/i/token-of-01a"}]}"#)
        }
        defer { server.stop() }
        try plan("01a", "sms", "+491700000001")
        // Long enough for a slow machine to get the request out.
        try await working([twilio(server, timeoutSeconds: 3)]) { await log.wait(for: "no answer in time") }
        #expect(try message().outcomeUnknown)
        clock.advance(seconds: 2)
        try await working([twilio(server)]) { await log.wait(for: "sent at attempt 2") }
        #expect(server.requests.map(\.method) == ["POST", "GET"])
        #expect(try message().state == .sent)
    }

    @Test("what Twilio does not have is sent again")
    func ambiguousAndLost() async throws {
        let server = try HTTPStub([.close, .respond(200, body: #"{"messages":[]}"#)], then: .respond(201))
        defer { server.stop() }
        try plan("01a", "sms", "+491700000001")
        try await working([twilio(server)]) {
            await clock.waitForSleepers()
            clock.advance(seconds: 2)
            await log.wait(for: "sent at attempt 2")
        }
        #expect(server.requests.map(\.method) == ["POST", "GET", "POST"])
    }

    @Test("while Twilio can't be asked, nothing is sent twice")
    func ambiguousAndUnreachable() async throws {
        let server = try HTTPStub(
            [.close, .respond(500), .respond(200, body: #"{"messages":[]}"#)], then: .respond(201))
        defer { server.stop() }
        try plan("01a", "sms", "+491700000001")
        try await working([twilio(server)]) {
            for (attempt, pause) in [(1, 2.0), (2, 4.0)] {
                await clock.waitForSleepers()
                let waiting = try message()
                #expect(waiting.outcomeUnknown)
                #expect(server.requests.count == attempt)
                clock.advance(seconds: pause)
                await server.waitForRequests(attempt + 1)
            }
            await log.wait(for: "sent at attempt 3")
        }
        #expect(server.requests.map(\.method) == ["POST", "GET", "GET", "POST"])
    }

    @Test("an attempt that a crash cut off is looked into before the next one")
    func crashInTheMiddle() async throws {
        let server = try HTTPStub { request, _ in
            request.method == "GET"
                ? .respond(200, body: #"{"messages":[{"body":"x /i/token-of-01a"}]}"#) : .respond(201)
        }
        defer { server.stop() }
        try plan("01a", "sms", "+491700000001")
        try store.unwatched.beginAttempt(try message().id)
        try await working([twilio(server)]) { await log.wait(for: "sent at attempt 2") }
        #expect(server.requests.map(\.method) == ["GET"])
    }

    @Test("a clock that was set back by days does not hold messages up for days")
    func clockSetBack() async throws {
        let server = try HTTPStub([.respond(503)])
        defer { server.stop() }
        try plan()
        try await working([webhook(server)]) {
            await clock.waitForSleepers()
            clock.jump(to: Samples.start - 86_400 * 3)
            clock.advance(seconds: 2)
            await log.wait(for: "sent at attempt 2")
        }
    }

    @Test("the log tells what happened without recipients, texts, addresses or keys")
    func quietLog() async throws {
        let server = try HTTPStub([.respond(401), .close], then: .respond(200, body: #"{"messages":[]}"#))
        defer { server.stop() }
        try plan("01a", "sms", "+491700000001")
        try await working([twilio(server)]) {
            for attempt in 1...2 {
                await log.wait(for: "attempt \(attempt) failed")
                await clock.waitForSleepers()
                clock.advance(seconds: 300)
            }
            await log.wait(for: "sent at attempt 3")
        }
        let told = log.lines.joined(separator: "\n") + "\(try message().lastError ?? "")"
        for secret in ["1700000001", "token-of", "s3cret", "AC1", "127.0.0.1", "\(server.port)"] {
            #expect(!told.contains(secret))
        }
    }

    @Test("whatever the receiver does, every message arrives, in order, and a repetition has its message's key")
    func chaos() async throws {
        let count = 40
        let answers: [HTTPStub.Answer] = [
            .respond(500), .respond(429, headers: ["Retry-After": "30"]), .close, .breakOff, .respond(200),
        ]
        let generator = Mutex(SeededGenerator(seed: 7))
        let server = try HTTPStub { _, _ in
            generator.withLock { answers[Int($0.next() % UInt64(answers.count))] }
        }
        defer { server.stop() }
        for number in 0..<count { try plan("01" + String(format: "%03d", number)) }
        var patient = RetryPolicy()
        patient.giveUpAfterSeconds = .infinity
        try await working([webhook(server)], policy: patient) {
            let moving = Task { [clock] in
                while !Task.isCancelled {
                    await clock.waitForSleepers()
                    clock.advance(seconds: 400)
                }
            }
            await log.wait(for: "sent at attempt", count: count)
            moving.cancel()
            await moving.value
        }
        let messages = try (0..<count).map { try message("01" + String(format: "%03d", $0)) }
        #expect(messages.allSatisfy { $0.state == .sent })
        // First arrivals in the order of planning; each request bears the key of one message, and nobody else's.
        var seen: [String] = []
        for key in server.requests.compactMap({ $0.headers["idempotency-key"] }) where !seen.contains(key) {
            seen.append(key)
        }
        #expect(seen == messages.map(\.idempotencyKey))
        #expect(server.requests.count > count)
    }

    @Test("what Twilio only queued is asked after, and what it could not deliver is dead and starts no cool-down")
    func undelivered() async throws {
        let server = try HTTPStub { request, number in
            switch (request.method, number) {
            case ("POST", _): .respond(201, body: #"{"sid":"SM1"}"#)
            case (_, 1): .respond(200, body: #"{"status":"sent","error_code":null}"#)
            default: .respond(200, body: #"{"status":"undelivered","error_code":30005}"#)
            }
        }
        defer { server.stop() }
        try plan("01a", "sms", "+491700000001")
        try await working([twilio(server)]) {
            await log.wait(for: "sent at attempt 1")
            let queued = try message()
            #expect(queued.state == .sent && queued.delivery == "accepted")
            await clock.waitForSleepers()
            clock.advance(seconds: 5)
            await server.waitForRequests(2)
            await clock.waitForSleepers()
            clock.advance(seconds: 15)
            await log.wait(for: "not delivered")
        }
        #expect(server.requests.map(\.target).suffix(1) == ["/2010-04-01/Accounts/AC1/Messages/SM1.json"])
        let dead = try message()
        #expect(dead.state == .dead && dead.sentAt == nil && dead.delivery == "failed")
        #expect(try store.unwatched.outboxSummaries().map(\.dead) == [1])
    }

    @Test("a dead message that a person puts back goes out, even when it is old")
    func retriedByHand() async throws {
        let server = try HTTPStub([.respond(400)])
        defer { server.stop() }
        try plan()
        try await working([webhook(server)]) {
            await log.wait(for: "given up")
            clock.advance(seconds: 10 * 86_400)
            let isBack = try store.unwatched.retry(message().id)
            #expect(isBack)
            await log.wait(for: "sent at attempt 2")
        }
        #expect(try message().state == .sent)
        #expect(try !store.unwatched.retry(message().id))
    }
}
