public import Domain
public import Foundation
public import Logging
public import Storage

/// What somebody said to an alert, as a channel got it.
public struct GivenAnswer: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        /// A button.
        case chosen(IncidentAnswer)
        /// What they wrote.
        case words(String)
    }

    /// The channel's name in the configuration.
    public var channel: String
    /// Who was told, as the outbox has it: a number, a chat.
    public var recipient: String
    public var author: IncidentHandling.Author
    /// Nil: the one of which they were told last.
    public var incident: IncidentID?
    public var content: Content
    /// The provider's name for the message; nil where the same one can't come twice.
    public var key: String?

    public init(
        channel: String, recipient: String, author: IncidentHandling.Author, incident: IncidentID? = nil,
        content: Content, key: String?
    ) {
        self.channel = channel
        self.recipient = recipient
        self.author = author
        self.incident = incident
        self.content = content
        self.key = key
    }
}

/// Does what people answer to alerts, and says what came of it.
public struct AnswerService: Sendable {
    public var store: Store
    public var clock: any WallClock
    /// In the language of the alerts.
    public var texts: @Sendable () -> AlertTexts
    /// Tells the pages that are open.
    public var onChange: @Sendable (IncidentID) -> Void
    public var logger: Logger

    /// An answer to an older alert must name it.
    public static let answerableSeconds = 24.0 * 3600

    public init(
        store: Store, clock: any WallClock, texts: @escaping @Sendable () -> AlertTexts,
        onChange: @escaping @Sendable (IncidentID) -> Void, logger: Logger
    ) {
        self.store = store
        self.clock = clock
        self.texts = texts
        self.onChange = onChange
        self.logger = logger
    }

    /// What is said back, and whether something was done.
    public struct Reply: Hashable, Sendable {
        public var text: String
        public var isDone: Bool
    }

    /// - Returns: nil for a repetition, to which was said everything already.
    /// - Throws: What the database says; then nothing was done, and the same answer may come again.
    public func take(_ answer: GivenAnswer) async throws -> Reply? {
        let now = clock.now(), texts = texts()
        let incident = try await store.perform { store in
            guard let id = answer.incident else {
                return try store.incident(
                    toldTo: answer.recipient, through: answer.channel, since: now - Self.answerableSeconds)
            }
            return try store.incident(id)
        }
        guard let incident else { return Reply(text: texts.answer("none"), isDone: false) }
        let said: IncidentAnswer?, words: String
        switch answer.content {
        case .chosen(let chosen): (said, words) = (chosen, "")
        case .words(let text): (said, words) = (IncidentAnswer(reply: text), text)
        }
        if said == nil, words.allSatisfy(\.isWhitespace) {
            return Reply(text: texts.answer("unclear", incident), isDone: false)
        }
        let taken = try await store.perform { store in
            try store.take(said, words: words, about: incident.id, key: answer.key, by: answer.author, at: now)
        }
        guard let outcome = taken else { return nil }
        let isDone =
            switch outcome {
            case .changed, .joined: true
            case .already, .refused: false
            }
        if isDone { await note(said, words, incident, answer, now) }
        return Reply(text: texts.answer(outcome, said, incident), isDone: isDone)
    }

    private func note(
        _ said: IncidentAnswer?, _ words: String, _ incident: Incident, _ answer: GivenAnswer, _ now: Date
    ) async {
        let entry = AuditEntry(
            at: now, who: answer.author.name, action: "answer.\(answer.author.way.rawValue)",
            subject: incident.id.rawValue, detail: said?.word ?? String(words.prefix(IncidentHandling.longestText)))
        do {
            try await store.perform { try $0.audit(entry) }
        } catch {
            logger.error("the audit log could not be written: \(error)")
        }
        onChange(incident.id)
    }

    /// Whether a stranger is told that nothing was done: once a day, so that nobody can make the daemon send messages.
    func isFirstToday(stranger: String, on channel: String) async -> Bool {
        let now = clock.now()
        let key = "stranger/\(channel)/\(stranger)/\(UTCText.string(now).prefix(10))"
        return (try? await store.perform { try $0.isFirst(key, at: now) }) ?? false
    }
}

/// A channel by which people answer.
public protocol AnsweringChannel: AlertChannel {
    /// Takes what people answer until the task is cancelled.
    func takeAnswers(_ answers: AnswerService) async
}

/// A channel to which a provider brings answers, by HTTP.
public protocol HookedChannel: AlertChannel {
    func take(_ hook: AnswerHook, _ answers: AnswerService) async -> AnswerHook.Response
}

/// A request that a provider makes.
public struct AnswerHook: Sendable {
    public struct Response: Hashable, Sendable {
        /// Of HTTP.
        public var status: Int
        public var contentType: String
        public var body: String

        public init(status: Int, contentType: String = "text/plain; charset=utf-8", body: String = "") {
            self.status = status
            self.contentType = contentType
            self.body = body
        }
    }

    /// Names in lower case.
    public var headers: [String: String]
    public var body: Data

    public init(headers: [String: String], body: Data) {
        self.headers = headers
        self.body = body
    }
}
