import Crypto
import Domain
import Foundation
import Settings
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Alerts

@Suite("Messages to devices", .timeLimit(.minutes(5)))
struct PushChannelTests {
    private let folder: TemporaryDirectory
    private let clock = ManualClock(date: Samples.start)
    private let log = LogRecorder()
    private let store: Store

    init() throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("a.db").path, clock: clock)
        let password = try Self.password("first")
        try store.unwatched.addAccount("Maria", password: password, role: .operator)
        try store.unwatched.addAccount("ahmed", password: password, role: .viewer, cameras: [Samples.camera("dock")])
    }

    private static func password(_ text: String) throws -> PasswordHash {
        try PasswordHash(text, cost: PasswordHash.Cost(logRounds: 4, blockSize: 1, parallelism: 1))
    }

    private func channel(timeoutSeconds: Double = 300) -> PushChannel {
        PushChannel(
            name: "devices", store: store, contact: "https://watch.example", allowsPrivate: true, clock: clock,
            timeoutSeconds: timeoutSeconds)
    }

    @discardableResult
    private func add(_ server: PushServer, _ name: String = "browser", of account: String = "Maria") throws
        -> PushDevice
    {
        try #require(
            try store.unwatched.addPushDevice(
                of: account, endpoint: server.endpoint(name), publicKey: server.publicKey, authSecret: server.secret,
                browser: "Firefox, Android"))
    }

    /// Commits a new incident, and returns what is sent of it.
    @discardableResult
    private func announce(
        _ incident: Incident = Samples.incident(), to destinations: [AlertDestination] = everybody
    ) throws -> [OutboxMessage] {
        let announcer = IncidentAnnouncer(
            store: store, router: AlertRouter(destinations: destinations, coolDownSeconds: 60, floodMessages: 2),
            publicBaseURL: URL(string: "https://watch.example"), timeZone: Samples.berlin,
            cameraNames: [Samples.aisle4: "Aisle 4 cam"], clock: clock)
        return try BlockingWork.permitted { try announcer.commit(.new(incident)) }.newAlerts
    }

    private static let everybody = [AlertDestination(channel: "devices", recipients: .devices(of: nil))]

    /// Runs a worker while `body` runs.
    private func working(_ body: () async throws -> Void) async throws {
        var exact = RetryPolicy()
        exact.jitter = 0
        let worker = OutboxWorker(
            store: store, channels: [channel()], clock: clock, policy: exact, random: SeededGenerator(seed: 1),
            logger: log.logger)
        let running = Task { await worker.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        running.cancel()
        await running.value
        try result.get()
    }

    /// Waits for the row, and for nothing else.
    private func message(to recipient: String, is state: OutboxMessage.State) async throws {
        let changes = store.changes(of: .outcomes)
        func isThere() throws -> Bool {
            try store.unwatched.messages(of: IncidentID(rawValue: "01a")).contains {
                $0.alert.recipient == recipient && $0.state == state
            }
        }
        if try isThere() { return }
        for await _ in changes where try isThere() { return }
    }

    // MARK: - Cryptography

    @Test("the example of RFC 8291, appendix A, byte by byte")
    func example() throws {
        func data(_ text: String) throws -> Data { try PushServer.data(base64URL: text) }
        let key = try P256.KeyAgreement.PrivateKey(
            rawRepresentation: data("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
        let body = try PushEncryption.sealed(
            Data("When I grow up, I want to be a watermelon".utf8),
            for: data("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            secret: data("BTBZMqHH6r4Tts7J_aSIgg"), key: key, salt: data("DGv6ra1nlYgDCS1FRnbzlw"))
        #expect(
            body.base64URL
                == "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
                + "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
                + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
    }

    @Test("the longest text that fits makes a body that push services take; what is no key of a browser is refused")
    func limits() throws {
        let browser = P256.KeyAgreement.PrivateKey(), secret = Data.random(count: 16)
        let plain = Data.random(count: PushEncryption.maxPlainBytes)
        let body = try PushEncryption.sealed(plain, for: browser.publicKey.x963Representation, secret: secret)
        #expect(body.count == 4096)
        #expect(try PushServer.opened(body, key: browser, secret: secret) == plain)
        #expect(throws: (any Error).self) {
            try PushEncryption.sealed(plain, for: Data(repeating: 4, count: 65), secret: secret)
        }
    }

    @Test("our key is always the same one, and another site's is another")
    func key() throws {
        let first = try store.unwatched.pushKey()
        #expect(try Store(path: folder.file("a.db").path, clock: clock).unwatched.pushKey() == first)
        let other = try Store(path: folder.file("other/b.db").path, clock: clock)
        #expect(try other.unwatched.pushKey() != first)
        let database = try Data(contentsOf: folder.file("a.db"))
        #expect(database.range(of: first) == nil && database.range(of: Data(first.base64URL.utf8)) == nil)
    }

    // MARK: - Sending

    @Test("a browser reads title, text and the incident's page; its push service sees who sends, and no word of it")
    func sends() async throws {
        let server = try PushServer()
        defer { server.stub.stop() }
        let device = try add(server)
        #expect(try announce(Samples.incident("01jincident")).map(\.alert.recipient) == [device.recipient])
        try await working { await server.stub.waitForRequests(1) }
        let request = try #require(server.stub.requests.first)
        #expect(request.method == "POST" && request.target == "/push/browser")
        #expect(
            try server.message(request)
                == PushServer.Message(
                    title: "Object fell", body: "Object fell, Aisle 4 cam, 14:02:31.",
                    url: "#/incidents/01jincident", tag: "01jincident"))
        #expect(request.headers["ttl"] == "86400" && request.headers["urgency"] == "high")
        #expect(request.headers["topic"] == "01jincident")
        let claims = try server.claims(request, signedBy: try store.unwatched.pushPublicKey())
        #expect(claims.aud == server.stub.baseURL && claims.sub == "https://watch.example")
        let left = claims.exp - clock.now().timeIntervalSince1970
        #expect(left > 3600 && left <= 86_400)
        #expect(request.data.range(of: Data("Aisle".utf8)) == nil)
    }

    @Test("later words about an incident take the place of the earlier ones; other messages stand beside each other")
    func topics() async throws {
        let server = try PushServer()
        defer { server.stub.stop() }
        let recipient = try add(server).recipient
        func send(_ purpose: AlertPurpose, key: String, text: String = "Text.") async throws -> (String?, String) {
            var message = Samples.message(channel: "devices", recipient: recipient, text: text)
            message.idempotencyKey = key
            message.alert.purpose = purpose
            _ = try await channel().send(AlertDelivery(message: message, subject: "Title"))
            let request = try #require(server.stub.requests.last)
            return (request.headers["topic"], try server.message(request).url)
        }
        let first = try await send(.incident, key: "a"), second = try await send(.escalation(1), key: "b")
        #expect(first.0 == "01a" && second.0 == "01a" && second.1 == "#/incidents/01a")
        let notice = try await send(.notice, key: "c"), other = try await send(.notice, key: "d")
        #expect(notice.0 != other.0 && notice.1 == "#/status")
        let again = try await send(.notice, key: "c")
        #expect(again.0 == notice.0 && notice.0?.range(of: "^[A-Za-z0-9_-]{1,32}$", options: .regularExpression) != nil)
        let long = String(repeating: "ö𝄞", count: 4000)
        _ = try await send(.notice, key: "e", text: long)
        #expect(try server.message(try #require(server.stub.requests.last)).body.count == 700)
    }

    @Test("a browser that has turned messages off is ended, with what waits for it, and the others are told")
    func gone() async throws {
        let gone = try PushServer(then: .respond(410)), there = try PushServer()
        defer { for server in [gone, there] { server.stub.stop() } }
        let ended = try add(gone, "old").recipient, other = try add(there, "new").recipient
        let everybody = [
            AlertDestination(
                channel: "devices", recipients: .devices(of: nil),
                escalations: [.init(channel: "devices", recipients: .devices(of: nil), afterSeconds: 300)])
        ]
        try announce(to: everybody)
        try await working {
            try await message(to: ended, is: .dead)
            try await message(to: other, is: .sent)
        }
        #expect(try store.unwatched.pushDevices(of: "maria").map(\.recipient) == [other])
        let states = try store.unwatched.messages(of: IncidentID(rawValue: "01a")).map {
            "\($0.alert.recipient == ended ? "old" : "new") \($0.alert.purpose.name) \($0.state.rawValue)"
        }
        #expect(
            Set(states) == [
                "old incident dead", "old escalation cancelled", "new incident sent", "new escalation pending",
            ])
        #expect(gone.stub.requests.count == 1)
        let dead = try store.unwatched.messages(in: .dead, limit: 5).first?.lastError
        #expect(dead == "push service: HTTP 410 (the browser has turned messages off)")
    }

    @Test(
        "a push service that is busy or broken is asked again, as late as it says; a device beside it waits for nothing"
    )
    func retried() async throws {
        let busy = try PushServer([.respond(429, headers: ["Retry-After": "40"]), .respond(503), .close])
        let quick = try PushServer()
        defer { for server in [busy, quick] { server.stub.stop() } }
        let slow = try add(busy, "slow").recipient, other = try add(quick, "quick").recipient
        try announce()
        try await working {
            await log.wait(for: "attempt 1 failed, next in 40 s: push service: HTTP 429")
            try await message(to: other, is: .sent)
            clock.advance(seconds: 40)
            await log.wait(for: "attempt 2 failed, next in 4 s: push service: HTTP 503")
            clock.advance(seconds: 4)
            await log.wait(for: "attempt 3 failed, next in 8 s")
            clock.advance(seconds: 8)
            try await message(to: slow, is: .sent)
        }
        #expect(Set(busy.stub.requests.map { $0.headers["topic"] }).count == 1)
        #expect(try store.unwatched.pushDevices(of: "Maria").allSatisfy { $0.sentAt != nil })
    }

    @Test("the log names no address, and no account")
    func quiet() async throws {
        let server = try PushServer([.respond(400)])
        defer { server.stub.stop() }
        let recipient = try add(server, "s3cret").recipient
        try announce()
        try await working { try await message(to: recipient, is: .dead) }
        let text = log.lines.joined(separator: "\n")
        #expect(!text.isEmpty && !text.contains("s3cret") && !text.contains("127.0.0.1") && !text.contains("Maria"))
    }

    // MARK: - To whom

    @Test("people with rights to some cameras hear of those alone, in messages, summaries and notices")
    func rights() async throws {
        let server = try PushServer()
        defer { server.stub.stop() }
        let all = try add(server, "all").recipient, some = try add(server, "some", of: "ahmed").recipient
        let dock = Samples.camera("dock")
        #expect(try announce(Samples.incident("01a")).map(\.alert.recipient) == [all])
        #expect(
            try announce(Samples.incident("01b", kind: .spill, camera: dock)).map(\.alert.recipient) == [some, all])
        for (id, camera) in [("01c", Samples.aisle4), ("01d", dock), ("01e", dock)] {
            clock.advance(seconds: 61)
            try announce(Samples.incident(id, kind: .nearMiss, camera: camera))
        }
        let summaries = try store.unwatched.messages(in: .pending, limit: 50).filter { $0.alert.purpose == .summary }
        #expect(Set(summaries.map(\.alert.recipient)) == [some, all])
        #expect(summaries.first { $0.alert.recipient == some }?.alert.text.contains("Aisle 4") == false)
        #expect(summaries.first { $0.alert.recipient == all }?.alert.text.contains("Aisle 4") == true)
        let notices = NoticeService(
            store: store, recipients: [.init(channel: "devices", recipients: .devices(of: nil))],
            texts: AlertTexts(timeZone: Samples.berlin), clock: clock, logger: log.logger)
        func told(_ notice: OperationalNotice) async throws -> [String] {
            let before = Set(try store.unwatched.messages(in: .pending, limit: 50).map(\.id))
            notices.raise(notice)
            await notices.settle()
            return try store.unwatched.messages(in: .pending, limit: 50).filter { !before.contains($0.id) }
                .map(\.alert.recipient).sorted()
        }
        #expect(try await told(.cameraOffline(Samples.aisle4, since: clock.now())) == [all])
        #expect(try await told(.cameraOffline(dock, since: clock.now())) == [all, some].sorted())
        #expect(try await told(.diskForecast(path: "/", hoursLeft: 2)) == [all])
        // Rights that were taken away while a message waited.
        let channel = channel()
        let message = Samples.message(channel: "devices", recipient: some)
        await #expect(throws: AlertError.permanent(reason: "the device's account does not see this camera any more")) {
            try await channel.send(AlertDelivery(message: message, incident: Samples.incident()))
        }
    }

    @Test("a channel for some accounts is for their devices alone, however their names are spelled")
    func accounts() throws {
        let server = try PushServer()
        defer { server.stub.stop() }
        try add(server, "all")
        let some = try add(server, "some", of: "ahmed").recipient
        let configuration = try AislewatchConfiguration.parse(
            """
            alerts:
              public_base_url: https://a.example
              channels: [{name: devices, type: push, accounts: [Ahmed]}, {name: both, type: push}]
            """, file: "site.yaml", baseDirectory: URL(filePath: "/"),
            known: .init(channels: ChannelRegistry.standard.types, modelFamilies: []))
        let router = try AlertChannels(configuration, store: store, clock: clock).router
        #expect(router.destinations.map(\.recipients) == [.devices(of: ["Ahmed"]), .devices(of: nil)])
        let alerts = try announce(Samples.incident(camera: Samples.camera("dock")), to: router.destinations)
        #expect(alerts.map(\.alert.channel) == ["devices", "both", "both"] && alerts[0].alert.recipient == some)
    }

    @Test("whether anybody would be told is known by the devices of the accounts that are meant")
    func anybody() async throws {
        let server = try PushServer()
        defer { server.stub.stop() }
        let configuration = try AislewatchConfiguration.parse(
            "alerts: {channels: [{name: devices, type: push, accounts: [ahmed]}]}", file: "site.yaml",
            baseDirectory: URL(filePath: "/"),
            known: .init(channels: ChannelRegistry.standard.types, modelFamilies: []))
        let alerts = try AlertService(configuration, store: store, clock: clock, logger: log.logger)
        try add(server, "hers")
        #expect(try await alerts.destinationsOfPeople().isEmpty)
        try add(server, "his", of: "ahmed")
        #expect(try await alerts.destinationsOfPeople().map(\.channel) == ["devices"])
    }

    @Test("an account that is removed hears nothing any more, nor does one to which an administrator gave a password")
    func removed() throws {
        let server = try PushServer()
        defer { server.stub.stop() }
        let recipient = try add(server).recipient
        try announce()
        _ = try store.unwatched.changeAccount("maria", .init(password: try Self.password("second")))
        #expect(try store.unwatched.pushDevices(of: "Maria").count == 1, "who changes it is still told")
        _ = try store.unwatched.changeAccount("maria", .init(endsDevices: true))
        #expect(try store.unwatched.pushDevices(of: "Maria").isEmpty)
        #expect(
            try store.unwatched.messages(of: IncidentID(rawValue: "01a")).map(\.state) == [.cancelled])
        #expect(try store.unwatched.pushDevice(recipient: recipient) == nil)
    }

    @Test("with another key beside the database a device is ended, because its push service would refuse it for ever")
    func otherKey() async throws {
        let server = try PushServer()
        defer { server.stub.stop() }
        let recipient = try add(server).recipient
        try FileManager.default.removeItem(at: folder.file("a.db.key"))
        let next = try Store(path: folder.file("a.db").path, clock: clock)
        let channel = PushChannel(name: "devices", store: next, allowsPrivate: true, clock: clock)
        let message = Samples.message(channel: "devices", recipient: recipient)
        await #expect(throws: AlertError.self) { try await channel.send(AlertDelivery(message: message)) }
        #expect(try next.unwatched.pushDevices(of: "Maria").isEmpty && server.stub.requests.isEmpty)
    }

    // MARK: - Where to

    @Test(
        "an address in a private network is refused, however it is spelled",
        arguments: [
            "http://push.example.com/1", "https://127.0.0.1/1", "https://127.1/1", "https://2130706433/1",
            "https://0x7f000001/1", "https://[::1]/1", "https://[::ffff:10.0.0.1]/1", "https://[fd00::1]/1",
            "https://[fe80::1]/1", "https://[64:ff9b::a00:1]/1", "https://[2002:a00:1::1]/1", "https://10.1.2.3/1",
            "https://172.31.0.1/1", "https://192.168.1.1/1", "https://169.254.169.254/1", "https://100.64.0.1/1",
            "https://0.0.0.0/1", "https://224.0.0.1/1", "https://localhost/1", "https://nas/1",
            "https://printer.local/1", "https://me:pw@push.example.com/1", "ftp://push.example.com/1",
            "https://push.example.com/1#x", "https://", "push.example.com", "",
        ])
    func refused(_ text: String) {
        #expect(throws: PushEndpoint.Refusal.self) { try PushEndpoint(text, allowsPrivate: false) }
    }

    @Test("push services' addresses are taken, with their port in the origin")
    func taken() throws {
        let endpoint = try PushEndpoint(
            "https://Updates.push.example.com:8443/wpush/v2/g%2FA?x=1", allowsPrivate: false)
        #expect(endpoint.origin == "https://updates.push.example.com:8443")
        #expect(try PushEndpoint("https://172.32.0.1/1", allowsPrivate: false).origin == "https://172.32.0.1")
        #expect(try PushEndpoint("https://[2606:4700::1]/1", allowsPrivate: false).host == "2606:4700::1")
        #expect(try PushEndpoint("http://10.0.0.1/1", allowsPrivate: true).origin == "http://10.0.0.1")
    }

    @Test("a name that leads into a private network is asked nothing")
    func rebound() async throws {
        let device = try #require(
            try store.unwatched.addPushDevice(
                of: "Maria", endpoint: "https://push.example.com/1",
                publicKey: P256.KeyAgreement.PrivateKey().publicKey.x963Representation,
                authSecret: Data.random(count: 16), browser: ""))
        let asked = Mutex<[String]>([])
        for (address, reason) in [
            ("10.0.0.7", "the push service's name leads into a private network"),
            (nil, "the push service's name is not known"),
        ] {
            let channel = PushChannel(name: "devices", store: store, clock: clock) { host in
                asked.withLock { $0.append(host) }
                return address
            }
            let message = Samples.message(channel: "devices", recipient: device.recipient)
            await #expect(throws: AlertError.temporary(reason: reason)) {
                try await channel.send(AlertDelivery(message: message))
            }
        }
        #expect(asked.withLock { $0 } == ["push.example.com", "push.example.com"])
    }

    @Test("what was looked up is where the message goes, whatever the name means a moment later")
    func pinned() async throws {
        let server = try PushServer()
        defer { server.stub.stop() }
        let answer = try await HTTPExchange(timeoutSeconds: 300).post(
            "http://push.example.invalid:\(server.stub.port)/1", headers: [], body: Data("x".utf8),
            to: .init(host: "push.example.invalid", address: "127.0.0.1"), maximumBytes: { _ in 0 })
        #expect(answer.status == 201 && server.stub.requests.first?.headers["host"]?.hasPrefix("push.example") == true)
    }
}
