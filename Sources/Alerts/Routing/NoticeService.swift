public import Domain
import Foundation
public import Logging
public import Storage
import Synchronization

/// Tells people what is wrong with the installation, once, and when it is right again.
public final class NoticeService: NoticeSink {
    /// Who hears of the installation.
    public struct Recipient: Hashable, Sendable {
        public var channel: String
        public var recipients: AlertRecipients
        public var minSeverity: Severity

        public init(channel: String, recipients: AlertRecipients, minSeverity: Severity = .low) {
            self.channel = channel
            self.recipients = recipients
            self.minSeverity = minSeverity
        }
    }

    private struct Setup {
        var recipients: [Recipient]
        var texts: AlertTexts
    }

    private let store: Store
    private let setup: Mutex<Setup>
    private let clock: any WallClock
    private let ids = MonotonicID()
    private let logger: Logger
    /// In order: what was raised before it was cleared is written before.
    private let work = BlockingWork("notices", maxThreads: 1)
    /// Keys that are known to be open, so that a watchdog that repeats itself costs nothing; nil: not read yet.
    private let open = Mutex<Set<String>?>(nil)

    public init(
        store: Store, recipients: [Recipient], texts: AlertTexts, clock: any WallClock,
        logger: Logger = Logger(label: "aislewatch.notices")
    ) {
        self.store = store
        setup = Mutex(Setup(recipients: recipients, texts: texts))
        self.clock = clock
        self.logger = logger
    }

    /// Other people, other words: from the next notice on.
    public func change(recipients: [Recipient], texts: AlertTexts) {
        setup.withLock { $0 = Setup(recipients: recipients, texts: texts) }
    }

    public func raise(_ notice: OperationalNotice) {
        if open.withLock({ $0?.contains(notice.key) ?? false }) { return }
        work.start { [self] in raiseNow(notice) }
    }

    public func clear(_ key: String) {
        if open.withLock({ $0.map { !$0.contains(key) } ?? false }) { return }
        work.start { [self] in clearNow(key) }
    }

    /// Returns when all that was said so far is written.
    public func settle() async {
        await work.drain()
    }

    private func raiseNow(_ notice: OperationalNotice) {
        do {
            try readOpen()
            guard open.withLock({ $0?.contains(notice.key) == false }) else { return }
            let now = clock.now()
            let (recipients, texts) = setup.withLock { ($0.recipients, $0.texts) }
            let text = texts.notice(notice, at: now)
            // A channel that is stuck can't tell of itself.
            let silent: String? = if case .outboxStuck(let channel, _, _) = notice { channel } else { nil }
            let id = ids.next(at: now)
            // It stays unopened, so that people are told when the snooze is over and it still lasts.
            if try store.blocking.snoozes(at: now).contains(where: { $0.covers(notice) }) { return }
            let planned = try recipients.filter { $0.channel != silent && notice.severity >= $0.minSeverity }
                .flatMap { group in
                    try group.recipients.resolved(seeing: notice.camera, store.blocking).map {
                        PlannedAlert(channel: group.channel, recipient: $0, text: text, purpose: .notice)
                    }
                }
            let isNew = try store.blocking.open(notice, id: id, text: text, at: now) { _ in planned }
            _ = open.withLock { $0?.insert(notice.key) }
            if isNew { logger.warning("\(text)") }
        } catch {
            // It is raised again at the next look.
            logger.error("a notice (\(notice.kind)) could not be written: \(error)")
        }
    }

    private func clearNow(_ key: String) {
        do {
            try readOpen()
            guard open.withLock({ $0?.contains(key) == true }) else { return }
            let now = clock.now()
            let texts = setup.withLock { $0.texts }
            let closed = try store.blocking.close(key, at: now) { texts.cleared($0.notice, at: now) }
            _ = open.withLock { $0?.remove(key) }
            if let closed { logger.notice("\(texts.cleared(closed.notice, at: now))") }
        } catch {
            logger.error("a notice could not be closed: \(error)")
        }
    }

    private func readOpen() throws {
        guard open.withLock({ $0 == nil }) else { return }
        let keys = Set(try store.blocking.openNotices().map(\.notice.key))
        open.withLock { $0 = keys }
    }
}
