import Crypto
public import Domain
import Foundation
import Logging
public import Settings

/// SMS through Twilio's Messages resource (<https://www.twilio.com/docs/messaging/api/message-resource>).
///
/// 201 means that Twilio has queued the message: what became of it is asked later. There is no idempotency key: after an
/// attempt of unknown outcome the recipient's recent messages are searched for this one. Texts are folded into GSM-7 where
/// that says the same, because one other character more than doubles the price.
///
/// What people write back is brought by Twilio (a webhook, whose signature is checked) or asked for, where no address can be
/// reached from outside. Each message counts once, by Twilio's name for it.
public struct TwilioChannel: AlertChannel, CustomStringConvertible {
    public static let publicBaseURL = "https://api.twilio.com"

    public let name: String
    private let accountURL: String
    private let from: String
    private let authorization: String
    private let http: HTTPExchange
    private let answering: Answering

    /// What is needed to take what people write back.
    public struct Answering: Sendable {
        public var replies: Replies
        /// Who may answer.
        public var numbers: Set<String>
        /// As Twilio knows the webhook: its signature is of this, too.
        public var hookURL: String
        var authToken: String
        var logger: Logger

        /// Nothing is taken.
        static let none = Answering(
            replies: .none, numbers: [], hookURL: "", authToken: "", logger: Logger(label: "aislewatch.alerts"))
    }

    /// - Parameters:
    ///   - name: The channel's name in the configuration.
    ///   - baseURL: Twilio's, or another server that speaks its API; without a slash at the end.
    ///   - authToken: Goes into the Authorization header and nowhere else.
    ///   - from: A telephone number (E.164), a sender name, or a messaging service's SID (`MG…`).
    ///   - timeoutSeconds: For one request.
    public init(
        name: String, baseURL: String = publicBaseURL, accountSID: String, authToken: String, from: String,
        answering: Answering? = nil, timeoutSeconds: Double = 10
    ) {
        self.name = name
        self.from = from
        self.answering = answering ?? .none
        let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        accountURL = "\(base)/2010-04-01/Accounts/\(FormEncoding.escaped(accountSID))"
        authorization = "Basic " + Data("\(accountSID):\(authToken)".utf8).base64EncodedString()
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "Twilio channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        let message = delivery.message
        let sender = from.hasPrefix("MG") && from.count == 34 ? "MessagingServiceSid" : "From"
        let form = FormEncoding.encoded([
            ("To", message.alert.recipient), (sender, from), ("Body", GSM7.folded(message.alert.text)),
        ])
        let answer = try await http.post(
            accountURL + "/Messages.json",
            headers: [("Authorization", authorization), ("Content-Type", "application/x-www-form-urlencoded")],
            body: Data(form.utf8), maximumBytes: { (200..<500).contains($0) ? 65_536 : 0 })
        guard (200..<300).contains(answer.status) else { throw Self.refusal(answer) }
        guard let queued = try? JSONDecoder().decode(Queued.self, from: answer.body), Self.isSID(queued.sid) else {
            return .delivered
        }
        return .queued(providerID: queued.sid)
    }

    public func wasSent(_ message: OutboxMessage) async throws(AlertError) -> Bool? {
        // No filter on DateSent: a message that is still queued has none. Twilio lists the newest first.
        let query = FormEncoding.encoded([("To", message.alert.recipient), ("PageSize", "100")])
        let answer = try await http.get(
            accountURL + "/Messages.json?" + query, headers: [("Authorization", authorization)],
            maximumBytes: 4_194_304)
        guard (200..<300).contains(answer.status) else { throw Self.refusal(answer) }
        guard let list = try? JSONDecoder().decode(MessageList.self, from: answer.body) else {
            throw .outcomeUnknown(reason: "Twilio's list of messages could not be read")
        }
        // Twilio puts a preface before the text of trial accounts, so a body contains what was sent. An incident's link is
        // enough to know its first message; what follows later has the same link and differs in its words.
        let text = GSM7.folded(message.alert.text)
        let token = message.alert.purpose == .incident ? IncidentText.link(in: text)?.lastPathComponent : nil
        return list.messages.contains { $0.body.contains(token ?? text) }
    }

    public func state(of providerID: String) async throws(AlertError) -> DeliveryState {
        let answer = try await http.get(
            accountURL + "/Messages/\(FormEncoding.escaped(providerID)).json",
            headers: [("Authorization", authorization)], maximumBytes: 65_536)
        guard (200..<300).contains(answer.status) else { throw Self.refusal(answer) }
        guard let message = try? JSONDecoder().decode(Fate.self, from: answer.body) else {
            throw .temporary(reason: "Twilio's answer about a message could not be read")
        }
        switch message.status {
        case "delivered", "read": return .delivered
        case "failed", "undelivered", "canceled":
            let code = message.error_code
            return .failed(
                reason: "Twilio: \(message.status)" + (code.map { ", error \($0)" } ?? "")
                    + (Self.explanation(code) ?? ""))
        default: return .underway
        }
    }

    private struct Queued: Decodable { var sid: String }

    private struct Fate: Decodable {
        var status: String
        var error_code: Int?
    }

    private static func isSID(_ text: String) -> Bool {
        (1...64).contains(text.count) && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    private struct MessageList: Decodable {
        struct Message: Decodable { var body: String }
        var messages: [Message]
    }

    private struct Problem: Decodable { var code: Int? }

    private static func refusal(_ answer: HTTPExchange.Answer) -> AlertError {
        // Twilio's own sentence repeats the telephone number: the code says enough.
        let code = (try? JSONDecoder().decode(Problem.self, from: answer.body))?.code
        let reason = "Twilio: HTTP \(answer.status)" + (code.map { ", error \($0)" } ?? "") + (explanation(code) ?? "")
        switch answer.status {
        // What is wrong with the account or the configuration may be put right; the message is not at fault.
        case 300..<400, 401, 403, 404, 408, 425, 429, 503:
            return .temporary(reason: reason, retryAfterSeconds: answer.retryAfterSeconds)
        case 400..<500:
            return .permanent(reason: reason)
        default:
            return .outcomeUnknown(reason: reason)
        }
    }

    /// <https://www.twilio.com/docs/api/errors>
    private static func explanation(_ code: Int?) -> String? {
        switch code {
        case 20003: " (account SID or auth token is wrong)"
        case 20404: " (account SID or base URL is wrong)"
        case 20429: " (too many requests)"
        case 21211, 21217, 21614: " (the recipient's number is not a mobile number; write it as +491701234567)"
        case 21408: " (the account may not send to that country)"
        case 21606, 21212, 21603, 21659: " (the sender is not a number of this account)"
        case 21608: " (a trial account sends only to verified numbers)"
        case 21610: " (the recipient has unsubscribed by STOP)"
        case 21617: " (the text is too long)"
        case 30003, 30005: " (the telephone can't be reached, or the number is not in use)"
        case 30004, 30007: " (the carrier blocks it)"
        case 30006: " (a landline)"
        default: nil
        }
    }
}

// MARK: - Answers

extension TwilioChannel: HookedChannel, AnsweringChannel {
    /// Twilio's signature of a request: HMAC-SHA1 under the account's token of the address, followed by each field's name and
    /// value in the names' order (<https://www.twilio.com/docs/usage/security#validating-requests>).
    static func signature(of url: String, _ fields: [(String, String)], authToken: String) -> String {
        let key = SymmetricKey(data: Data(authToken.utf8))
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: signed(url, fields), using: key)
        return Data(code).base64EncodedString()
    }

    private static func signed(_ url: String, _ fields: [(String, String)]) -> Data {
        Data(fields.sorted { $0.0 < $1.0 }.reduce(url) { $0 + $1.0 + $1.1 }.utf8)
    }

    /// Compares in constant time: how far a guess was right must not show.
    private func isSigned(_ fields: [(String, String)], _ signature: String) -> Bool {
        guard let code = Data(base64Encoded: signature) else { return false }
        return HMAC<Insecure.SHA1>.isValidAuthenticationCode(
            code, authenticating: Self.signed(answering.hookURL, fields),
            using: SymmetricKey(data: Data(answering.authToken.utf8)))
    }

    public func take(_ hook: AnswerHook, _ answers: AnswerService) async -> AnswerHook.Response {
        guard answering.replies == .webhook else { return AnswerHook.Response(status: 404) }
        let fields = FormEncoding.decoded(hook.body)
        guard !answering.hookURL.isEmpty, isSigned(fields, hook.headers["x-twilio-signature"] ?? "")
        else {
            answering.logger.warning("\(name): a request to its webhook was not signed by Twilio")
            return AnswerHook.Response(status: 403, body: "The signature is not Twilio's.")
        }
        func field(_ name: String) -> String { fields.first { $0.0 == name }?.1 ?? "" }
        do {
            let said = try await reply(to: field("Body"), from: field("From"), sid: field("MessageSid"), answers)
            return Self.response(said)
        } catch {
            answering.logger.error("\(name): a reply could not be taken: \(error)")
            // Twilio tells its user, and a fallback address gets it.
            return AnswerHook.Response(status: 503)
        }
    }

    /// TwiML: what is sent back; nothing for nil.
    private static func response(_ text: String?) -> AnswerHook.Response {
        let message = text.map { "<Message>\(HTML.escape(GSM7.folded($0)))</Message>" } ?? ""
        return AnswerHook.Response(
            status: 200, contentType: "text/xml; charset=utf-8",
            body: #"<?xml version="1.0" encoding="UTF-8"?><Response>\#(message)</Response>"#)
    }

    /// - Returns: What is said back; nil: nothing.
    private func reply(
        to text: String, from number: String, sid: String, _ answers: AnswerService
    ) async throws -> String? {
        guard Self.isSID(sid), !number.isEmpty else { return nil }
        guard answering.numbers.contains(number) else {
            answering.logger.warning("\(name): somebody wrote whose number is not in the configuration")
            let isFirst = await answers.isFirstToday(stranger: StrangerName(number).text, on: name)
            return isFirst ? answers.texts().answer("stranger") : nil
        }
        // The whole number stands in the configuration; the log and the pages show its end.
        let author = IncidentHandling.Author("SMS …\(number.suffix(4))", by: .sms)
        return try await answers.take(
            GivenAnswer(
                channel: name, recipient: number, author: author, content: .words(text), key: "twilio/\(sid)")
        )?.text
    }

    private static let pollSeconds = 10.0
    /// What was written longer ago was meant for somebody who watched then.
    private static let oldestSeconds = 3600.0

    public func takeAnswers(_ answers: AnswerService) async {
        guard answering.replies == .poll else { return }
        var isFailing = false
        while (try? await answers.clock.sleep(seconds: Self.pollSeconds)) != nil {
            do {
                try await lookForReplies(answers)
                isFailing = false
            } catch {
                if !isFailing { answering.logger.warning("\(name): replies can't be asked for: \(error)") }
                isFailing = true
            }
        }
    }

    private struct Inbox: Decodable {
        struct Message: Decodable {
            var sid: String
            var from: String
            var body: String
            var direction: String
            /// RFC 2822, as "Thu, 24 Aug 2023 05:01:45 +0000".
            var date_sent: String?
        }
        var messages: [Message]
    }

    /// Asks for what came in, oldest first, and answers it by messages of its own.
    func lookForReplies(_ answers: AnswerService) async throws {
        let now = answers.clock.now(), name = name
        let isExpecting = try await answers.store.perform {
            try $0.expectsAnswers(through: name, since: now - AnswerService.answerableSeconds)
        }
        guard isExpecting else { return }
        let query = FormEncoding.encoded([("To", from), ("PageSize", "50")])
        let answer = try await http.get(
            accountURL + "/Messages.json?" + query, headers: [("Authorization", authorization)], maximumBytes: 1 << 20)
        guard (200..<300).contains(answer.status) else { throw Self.refusal(answer) }
        guard let inbox = try? JSONDecoder().decode(Inbox.self, from: answer.body) else {
            throw AlertError.temporary(reason: "Twilio's list of messages could not be read")
        }
        for message in inbox.messages.reversed() where message.direction == "inbound" {
            guard let sent = message.date_sent.flatMap({ try? Date($0, strategy: Self.dateFormat) }),
                now.timeIntervalSince(sent) < Self.oldestSeconds,
                let text = try await reply(to: message.body, from: message.from, sid: message.sid, answers)
            else { continue }
            let back = PlannedAlert(channel: name, recipient: message.from, text: text, purpose: .reply)
            try await answers.store.perform { _ = try $0.enqueue([back], name: "reply/\(message.sid)") }
        }
    }

    private static let dateFormat = Date.ParseStrategy(
        format: """
            \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
            \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
            \(second: .twoDigits) \(timeZone: .iso8601(.short))
            """, locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt)
}

/// A number that is not in the configuration, as it is remembered: nobody can tell it from that.
private struct StrangerName {
    let text: String

    init(_ number: String) { text = SHA256.hash(data: Data(number.utf8)).prefix(8).hexadecimal }
}

// MARK: - In the configuration

extension TwilioChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        /// `AC` and 32 hexadecimal digits.
        public var accountSID = ""
        public var authToken: Secret?
        public var from = ""
        /// Telephone numbers in E.164 form.
        public var to: [String] = []
        public var baseURL: URL?
        public var replies = Replies.none

        public init() {}
    }

    /// How what people write back is got.
    public enum Replies: String, Hashable, Sendable, CaseIterable {
        case none
        /// Twilio brings it to `/hooks/<channel>` below the public address.
        case webhook
        /// It is asked for.
        case poll
    }

    public static let type = ChannelType(
        "twilio", "SMS through Twilio.", exampleName: "shift-leader",
        traits: .init(
            through: "Twilio's Messages API", picture: "no",
            sentWhen: "Twilio has queued it; what became of it is asked after 5 s, 15 s, 1, 5, 30 min, 3 h"),
        parameters: [
            .text(
                "account_sid", \Settings.accountSID, "AC and 32 hexadecimal digits, as Twilio's console shows it",
                "The account.", example: "${TWILIO_ACCOUNT_SID}",
                found: { "a text of \($0.count) characters that is no account's SID" },
                check: { text in
                    text.hasPrefix("AC") && text.count == 34 && text.dropFirst(2).allSatisfy(\.isHexDigit) ? text : nil
                }),
            .secret(
                "auth_token", \.authToken, what: "the account's auth token", isNeeded: true, "The account's token.",
                example: "file:/etc/aislewatch/twilio-token"),
            .text(
                "from", \.from, "a number as in +491701234567, a messaging service MG…, or up to 11 letters and digits",
                "A number, a messaging service (MG…) or up to 11 letters.", example: "\"+12025550100\"", check: sender),
            .texts(
                "to", \.to, "telephone numbers with country code, as in +491701234567", one: "number",
                "Who gets the messages.", example: "[\"+12025550142\", \"+12025550143\"]", check: telephoneNumber),
            .address(
                "base_url", \.baseURL, default: publicBaseURL, "Another server that speaks Twilio's Messages API."),
            .choice(
                "replies", \.replies, default: .none,
                "How people's replies are got: Twilio brings them to /hooks/NAME, or they are asked for."),
        ],
        check: { settings, reading in
            guard let base = settings.baseURL, base.scheme == "http", let host = base.host() else { return }
            if host != "localhost", host != "::1", !host.hasPrefix("127.") {
                reading.warn("base_url", "is not encrypted", allowed: "use https for other machines")
            }
        })

    public static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        TwilioChannel(
            name: name, baseURL: settings.baseURL?.absoluteString ?? publicBaseURL, accountSID: settings.accountSID,
            authToken: settings.authToken?.reveal() ?? "", from: settings.from,
            answering: Answering(
                replies: settings.replies, numbers: Set(settings.to),
                hookURL: site.publicBaseURL?.appending(path: "hooks").appending(path: name).absoluteString ?? "",
                authToken: settings.authToken?.reveal() ?? "", logger: site.logger))
    }

    public static func recipients(_ settings: Settings) -> AlertRecipients { .named(settings.to) }

    private static func sender(_ text: String) -> String? {
        if let number = telephoneNumber(text) { return number }
        let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == " ") }
        let isService = text.hasPrefix("MG") && text.count == 34
        return isPlain && (isService || text.count <= 11) && text.contains(where: \.isLetter) ? text : nil
    }

    /// E.164: `+`, then 7 to 15 digits that don't begin with 0. Spaces, dashes and brackets are left out.
    private static func telephoneNumber(_ text: String) -> String? {
        let number = text.filter { !" -()/".contains($0) }
        let digits = number.dropFirst()
        guard number.first == "+", (7...15).contains(digits.count), digits.first != "0",
            digits.allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        return number
    }
}
