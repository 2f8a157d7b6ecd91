import Domain
import Foundation
import Logging
import Storage
import TestSupport
import Testing

@testable import Alerts

/// People answer where they are: by SMS, in a chat, at a notification, over a broker.
@Suite("Answers to alerts, by every way", .mayWait)
struct AnswerTests {
    let folder: TemporaryDirectory
    let clock = ManualClock(date: Samples.start)
    let store: Store
    private static let number = "+491700000001"
    private static let token = "s3cr3t"

    init() throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("a.db").path, clock: clock)
    }

    private var answers: AnswerService {
        AnswerService(
            store: store, clock: clock, texts: { AlertTexts(timeZone: Samples.berlin) }, onChange: { _ in },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// An incident of which somebody was told.
    private func tell(_ id: String, channel: String = "sms", recipient: String = number) throws {
        let alert = PlannedAlert(channel: channel, recipient: recipient, text: "Object fell.")
        let planned = try store.unwatched.commit(.new(Samples.incident(id))) { _ in [alert] }.newAlerts
        for message in planned { try store.unwatched.markSent(message.id, at: clock.now()) }
    }

    private func standing(_ id: String) throws -> IncidentHandling {
        try store.unwatched.handling(of: .init(rawValue: id))
    }

    private func sms(
        _ text: String, key: String = "k", from: String = number
    ) async throws -> AnswerService.Reply? {
        try await answers.take(
            GivenAnswer(
                channel: "sms", recipient: from, author: .init("SMS …0001", by: .sms), content: .words(text),
                key: key))
    }

    // MARK: - What an answer does

    @Test("the same message does nothing a second time, and who presses twice is told how it stands")
    func twice() async throws {
        try tell("01a")
        #expect(try await sms("on my way", key: "1")?.text.hasPrefix("Noted: you are on the way. Object fell") == true)
        #expect(try await sms("on my way", key: "1") == nil)
        clock.advance(seconds: 60)
        let again = try #require(try await sms("on my way", key: "2"))
        #expect(!again.isDone && again.text.hasPrefix("It was so already: SMS …0001, 14:02."))
        #expect(try standing("01a").steps.count == 1)
        #expect(try store.unwatched.auditEntries(limit: 9).map(\.action) == ["answer.sms"])
    }

    @Test("what is no answer is kept as a comment, and says how to answer")
    func comment() async throws {
        try tell("01a")
        let said = try #require(try await sms("two litres of oil, bring cones"))
        #expect(said.text.hasPrefix("Kept as a comment. To answer, write OK, ON MY WAY"))
        #expect(try standing("01a").steps.map(\.action) == [.comment("two litres of oil, bring cones")])
        #expect(try await sms(" ", key: "2")?.isDone == false)
    }

    @Test("it means the newest of which this one was told and that is not over; nobody else's, and none of last week")
    func which() async throws {
        #expect(try await sms("ok")?.text.hasPrefix("You were told of no incident") == true)
        try tell("01a")
        try tell("01b")
        try tell("01c", recipient: "+4999")
        _ = try await sms("cleared", key: "1")
        #expect(try standing("01b").state == .cleared)
        _ = try await sms("cleared", key: "2")
        #expect(try standing("01a").state == .cleared && standing("01c").state == .open)
        clock.advance(seconds: 25 * 3600)
        #expect(try await sms("still there", key: "3")?.isDone == false)
    }

    @Test("an answer to an incident that was deleted meanwhile says so")
    func gone() async throws {
        let said = try await answers.take(
            GivenAnswer(
                channel: "t", recipient: "1", author: .init("A", by: .telegram), incident: .init(rawValue: "none"),
                content: .chosen(.acknowledge), key: "1"))
        #expect(said?.isDone == false && said?.text.hasPrefix("You were told of no incident") == true)
    }

    // MARK: - SMS

    private func twilio(_ replies: TwilioChannel.Replies, server: HTTPStub? = nil) -> TwilioChannel {
        TwilioChannel(
            name: "sms", baseURL: server?.baseURL ?? "http://127.0.0.1:9", accountSID: "AC1", authToken: Self.token,
            from: "+4930123",
            answering: .init(
                replies: replies, numbers: [Self.number], hookURL: "https://a.example/hooks/sms",
                authToken: Self.token, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    }

    private func hook(
        _ text: String, sid: String, from: String = number, token: String = token,
        url: String = "https://a.example/hooks/sms"
    ) -> AnswerHook {
        let fields = [("From", from), ("Body", text), ("MessageSid", sid), ("To", "+4930123")]
        return AnswerHook(
            headers: ["x-twilio-signature": TwilioChannel.signature(of: url, fields, authToken: token)],
            body: Data(FormEncoding.encoded(fields).utf8))
    }

    @Test("the signature is Twilio's: of the address, then each field by name")
    func signature() {
        // Twilio's own example (https://www.twilio.com/docs/usage/security#validating-requests).
        let fields = [
            ("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675310"), ("Digits", "1234"),
            ("From", "+14158675310"), ("To", "+18005551212"),
        ]
        #expect(
            TwilioChannel.signature(
                of: "https://example.com/myapp.php?foo=1&bar=2", fields.reversed(), authToken: "12345")
                == "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    }

    @Test("Twilio brings a reply, and what came of it goes back with the answer, once")
    func webhook() async throws {
        try tell("01a")
        let channel = twilio(.webhook)
        let first = await channel.take(hook("unterwegs", sid: "SM1"), answers)
        #expect(first.status == 200 && first.contentType.hasPrefix("text/xml"))
        #expect(first.body.contains("<Response><Message>Noted: you are on the way."))
        #expect(try standing("01a").standing?.by == "SMS …0001")
        // The same request again, as a replay or because Twilio saw no answer.
        #expect(await channel.take(hook("unterwegs", sid: "SM1"), answers).body.hasSuffix("<Response></Response>"))
        #expect(try standing("01a").steps.count == 1)
    }

    @Test("a request that Twilio has not signed does nothing")
    func unsigned() async throws {
        try tell("01a")
        let channel = twilio(.webhook)
        var altered = hook("ok", sid: "SM1")
        altered.body = Data(String(decoding: altered.body, as: UTF8.self).replacing("ok", with: "cleared").utf8)
        let wrong = [
            altered, hook("ok", sid: "SM2", token: "guess"), hook("ok", sid: "SM3", url: "http://a.example/hooks/sms"),
            AnswerHook(headers: [:], body: Data()), AnswerHook(headers: ["x-twilio-signature": ""], body: Data()),
        ]
        for request in wrong { #expect(await channel.take(request, answers).status == 403) }
        #expect(await twilio(.none).take(hook("ok", sid: "SM4"), answers).status == 404)
        #expect(try standing("01a").steps.isEmpty && store.unwatched.acknowledgement(of: .init(rawValue: "01a")) == nil)
    }

    @Test("a number that is not, or no longer, in the configuration is told so once a day, and nothing is done")
    func stranger() async throws {
        try tell("01a", recipient: "+4999")
        let channel = twilio(.webhook)
        let first = await channel.take(hook("cleared", sid: "SM1", from: "+4999"), answers)
        #expect(first.status == 200 && first.body.contains("You are not among those"))
        #expect(
            await channel.take(hook("cleared", sid: "SM2", from: "+4999"), answers).body.hasSuffix(
                "<Response></Response>"))
        #expect(try standing("01a").state == .open)
        clock.advance(seconds: 86_400)
        #expect(await channel.take(hook("ok", sid: "SM3", from: "+4999"), answers).body.contains("not among"))
    }

    @Test("where nothing can be reached from outside, replies are asked for, each counts once, and old ones never")
    func poll() async throws {
        // The clock stands at 12:02:31 UTC.
        func message(_ sid: String, _ text: String, _ time: String, direction: String = "inbound") -> String {
            #"{"sid":"\#(sid)","from":"\#(Self.number)","body":"\#(text)","direction":"\#(direction)","#
                + #""date_sent":"Thu, 28 May 2026 \#(time) +0000"}"#
        }
        let list = [
            message("SM3", "cleared", "12:02:20"), message("SM2", "on my way", "12:02:10"),
            message("SM1", "false alarm", "09:00:00"), message("SM0", "cleared", "12:02:00", direction: "outbound-api"),
        ].joined(separator: ",")
        let server = try HTTPStub(then: .respond(200, body: #"{"messages":[\#(list)]}"#))
        defer { server.stop() }
        let channel = twilio(.poll, server: server)
        try await channel.lookForReplies(answers)
        #expect(server.requests.isEmpty, "nobody was told of anything")
        try tell("01a")
        try await channel.lookForReplies(answers)
        try await channel.lookForReplies(answers)
        #expect(server.requests.first?.target.contains("To=%2B4930123") == true)
        #expect(try standing("01a").steps.map(\.action) == [.state(.onTheWay), .state(.cleared)])
        let replies = try store.unwatched.messages(in: .pending).map(\.alert)
        #expect(replies.map(\.purpose) == [.reply, .reply] && Set(replies.map(\.recipient)) == [Self.number])
    }

    // MARK: - Telegram

    private func telegram(_ server: HTTPStub) -> TelegramChannel {
        TelegramChannel(
            name: "t", baseURL: server.baseURL, token: "12:s3cret", chats: ["-100123"], hasButtons: true,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func press(_ id: Int, _ data: String, chat: Int = -100_123, name: String = "Anna") -> String {
        #"{"update_id":\#(id),"callback_query":{"id":"q\#(id)","from":{"id":7,"first_name":"\#(name)"},"data":"\#(data)","#
            + #""message":{"message_id":5,"chat":{"id":\#(chat)}}}}"#
    }

    /// Serves these updates once, and takes everything else.
    private func stub(_ updates: [String]) throws -> HTTPStub {
        try HTTPStub { request, _ in
            guard request.target.contains("getUpdates") else { return .respond(200, body: #"{"ok":true}"#) }
            let isFirst = request.target.contains("offset=0&")
            return .respond(200, body: #"{"ok":true,"result":[\#(isFirst ? updates.joined(separator: ",") : "")]}"#)
        }
    }

    private func calls(_ server: HTTPStub, _ method: String) -> [HTTPStub.Request] {
        server.requests.filter { $0.target.hasSuffix("/" + method) }
    }

    /// Until all of the updates were taken and more are asked for.
    private func run(_ channel: TelegramChannel, _ server: HTTPStub, after count: Int) async {
        let task = Task { await channel.takeAnswers(answers) }
        await server.waitForRequests(count)
        task.cancel()
        clock.advance(seconds: 400)
        await task.value
    }

    @Test("a button below the message does what it says, is answered, and the others in the chat see it")
    func buttons() async throws {
        try tell("01a", channel: "t", recipient: "-100123")
        let server = try stub([press(9, "aw:on_the_way:01a"), press(10, "aw:on_the_way:01a", name: "Ben")])
        defer { server.stop() }
        await run(telegram(server), server, after: 6)
        let handling = try standing("01a")
        #expect(handling.steps.map(\.author.name) == ["Anna (Telegram)", "Ben (Telegram)"])
        #expect(handling.standing?.by == "Anna (Telegram)")
        #expect(
            calls(server, "answerCallbackQuery").map { $0.form["text"]?.prefix(14) } == [
                "Noted: you are", "Anna (Telegram",
            ])
        let told = calls(server, "sendMessage")
        #expect(told.first?.form["text"]?.hasPrefix("Anna: Noted: you are on the way.") == true)
        #expect(told.first?.form["reply_parameters"]?.contains(#""message_id":5"#) == true)
    }

    @Test("a chat that is not in the configuration, a foreign button and an update of another kind do nothing")
    func foreign() async throws {
        try tell("01a", channel: "t", recipient: "-100123")
        let server = try stub([
            press(1, "aw:cleared:01a", chat: 666), press(2, "other:cleared:01a"), press(3, "aw:delete:01a"),
            #"{"update_id":4,"callback_query":{"id":5}}"#, #"{"update_id":5,"my_chat_member":{}}"#,
        ])
        defer { server.stop() }
        await run(telegram(server), server, after: 5)
        #expect(try standing("01a").steps.isEmpty)
        #expect(calls(server, "answerCallbackQuery").first?.form["text"]?.hasPrefix("You are not among") == true)
        #expect(server.requests.last?.target.contains("offset=6&") == true)
    }

    @Test("messages about one incident have the buttons, others have none")
    func keyboard() async throws {
        let server = try HTTPStub(then: .respond(200, body: #"{"ok":true}"#))
        defer { server.stop() }
        var delivery = AlertDelivery(message: Samples.message(), incident: Samples.incident())
        _ = try await telegram(server).send(delivery)
        delivery.answers = IncidentAnswer.buttons.map { ($0, AlertTexts(timeZone: Samples.berlin).button($0)) }
        _ = try await telegram(server).send(delivery)
        #expect(!server.requests[0].body.contains("reply_markup"))
        #expect(server.requests[1].body.contains(#"{"callback_data":"aw:on_the_way:01a","text":"I'm on my way"}"#))
    }

    // MARK: - ntfy

    @Test("ntfy's buttons say it by the message's own link")
    func ntfy() async throws {
        let server = try HTTPStub()
        defer { server.stop() }
        var delivery = AlertDelivery(message: Samples.message(), incident: Samples.incident())
        delivery.answers = [
            (.state(.onTheWay), "Ich kümmere \u{1F44D}"), (.acknowledge, "b"), (.state(.cleared), "c"),
            (.state(.falseAlarm), "d"),
        ]
        _ = try await NtfyChannel(name: "n", url: server.baseURL + "/topic", token: nil).send(delivery)
        let header = try #require(server.requests.first?.headers["actions"])
        #expect(header.utf8.allSatisfy { $0 < 0x80 })
        let actions = try #require(try JSONSerialization.jsonObject(with: Data(header.utf8)) as? [[String: Any]])
        #expect(actions.map { $0["label"] as? String } == ["Ich kümmere \u{1F44D}", "b", "c"])
        #expect(
            actions.map { $0["url"] as? String } == [
                "https://a.example/i/tok-1/on-the-way?way=ntfy", "https://a.example/i/tok-1/acknowledge?way=ntfy",
                "https://a.example/i/tok-1/cleared?way=ntfy",
            ])
        #expect(actions.allSatisfy { $0["method"] as? String == "POST" && $0["clear"] as? Bool == true })
    }
}
