public import Domain
import Foundation
public import Logging
public import Storage

/// Sends what waits in the outbox, at least once each.
///
/// Every recipient of a channel is a lane of its own: its messages go out in order, one at a time, and a lane that
/// waits or fails holds up no other. Between attempts nothing polls: the worker sleeps until a commit adds a message or
/// the earliest next attempt is due. All state is in the database, so a restart goes on where the last run stopped.
public actor OutboxWorker {
    private struct Lane: Hashable {
        var channel: String
        var recipient: String
    }

    /// The database keeps milliseconds: a moment may come back half of one later than it was.
    private static let storedPrecisionSeconds = 0.001

    private let store: Store
    private let channels: [String: any AlertChannel]
    private let clock: any WallClock
    private let policy: RetryPolicy
    private let logger: Logger
    private let texts: AlertTexts
    private let pictures: (any PictureSource)?
    private var random: any RandomNumberGenerator & Sendable
    private var busy: Set<Lane> = []
    /// Messages whose fate is being asked.
    private var asking: Set<Int64> = []

    /// When a provider that only queued a message is asked what became of it, in seconds after it was sent or after the
    /// question before. Carriers report within minutes, telephones that were off within hours.
    static let checkAfterSeconds: [Double] = [5, 15, 60, 300, 1800, 10_800]

    /// - Parameters:
    ///   - channels: With distinct names; of two with one name the first counts.
    ///   - texts: For subjects and buttons.
    ///   - pictures: Of incidents, for channels that show them.
    ///   - random: Where jitter comes from.
    public init(
        store: Store, channels: [any AlertChannel], clock: any WallClock, policy: RetryPolicy = RetryPolicy(),
        texts: AlertTexts = AlertTexts(timeZone: .current), pictures: (any PictureSource)? = nil,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger = Logger(label: "aislewatch.alerts")
    ) {
        self.store = store
        self.channels = Dictionary(channels.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.clock = clock
        self.policy = policy
        self.texts = texts
        self.pictures = pictures
        self.random = random
        self.logger = logger
    }

    /// Works until the task is cancelled. An attempt that is cut off then is looked into at the next start.
    public func run() async {
        let (wakes, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let changes = store.changes(of: .outbox)
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in changes { wake.yield() }
            }
            var events = wakes.makeAsyncIterator()
            while !Task.isCancelled {
                let pause = await startDueAttempts(in: &group, wake)
                let timer = pause.map { seconds in
                    Task { [clock] in
                        if (try? await clock.sleep(seconds: seconds)) != nil { wake.yield() }
                    }
                }
                _ = await events.next()
                timer?.cancel()
            }
            group.cancelAll()
        }
    }

    /// - Returns: Seconds until there is something to do by time alone; nil when there is not.
    private func startDueAttempts(
        in group: inout DiscardingTaskGroup, _ wake: AsyncStream<Void>.Continuation
    ) async -> Double? {
        // A lane that ends while the database is read would be seen in its old state; its end wakes us again.
        let taken = busy
        let beingAsked = asking
        let heads: [OutboxMessage]
        let queued: [(message: OutboxMessage, checkAt: Date, checks: Int)]
        do {
            (heads, queued) = try await store.perform { store in
                (try store.pendingHeads(), try store.unconfirmed())
            }
        } catch {
            logger.error("the outbox can't be read: \(error)")
            return policy.initialDelaySeconds
        }
        let now = clock.now()
        var pause: Double?
        for message in heads {
            let lane = Lane(channel: message.alert.channel, recipient: message.alert.recipient)
            if taken.contains(lane) { continue }
            let seconds = message.nextAttemptAt.timeIntervalSince(now)
            // No pause is that long: the clock was set back. (What was planned for later may wait for a day.)
            let isPlannedLater = message.alert.dueAt == message.nextAttemptAt
            let limit = max(policy.maximumRetryAfterSeconds, policy.maximumDelaySeconds)
            let isImpossible = seconds > (isPlannedLater ? 90_000 : limit)
            if seconds > Self.storedPrecisionSeconds, !isImpossible {
                pause = min(pause ?? seconds, seconds)
                continue
            }
            busy.insert(lane)
            group.addTask {
                await self.attempt(message)
                await self.release(lane)
                wake.yield()
            }
        }
        for (message, checkAt, checks) in queued where !beingAsked.contains(message.id) {
            let seconds = checkAt.timeIntervalSince(now)
            if seconds > Self.storedPrecisionSeconds, seconds <= Self.checkAfterSeconds.max() ?? 0 {
                pause = min(pause ?? seconds, seconds)
                continue
            }
            asking.insert(message.id)
            group.addTask {
                await self.ask(message, checks: checks)
                await self.answered(message.id)
                wake.yield()
            }
        }
        return pause
    }

    private func answered(_ message: Int64) { asking.remove(message) }

    /// Asks the provider what became of a message that it had queued.
    private func ask(_ message: OutboxMessage, checks: Int) async {
        let label = "message \(message.id) by \(message.alert.channel)"
        let state: DeliveryState
        do {
            guard let channel = channels[message.alert.channel], let id = message.providerID else {
                try await store.perform { try $0.noteDelivery(message.id, isDelivered: false, nextCheckAt: nil) }
                return
            }
            do {
                state = try await channel.state(of: id)
            } catch {
                // Not knowing is no failure: it is asked again, and then left as it is.
                logger.debug("\(label): the provider can't be asked: \(error)")
                state = .underway
            }
            switch state {
            case .delivered:
                try await store.perform { try $0.noteDelivery(message.id, isDelivered: true, nextCheckAt: nil) }
                logger.debug("\(label): delivered")
            case .failed(let reason):
                try await store.perform { try $0.noteUndelivered(message.id, error: reason) }
                logger.error("\(label): not delivered: \(reason)")
            case .underway:
                let later = Self.checkAfterSeconds.dropFirst(checks + 1).first.map { clock.now() + $0 }
                try await store.perform { try $0.noteDelivery(message.id, isDelivered: false, nextCheckAt: later) }
            }
        } catch {
            logger.error("\(label): \(error)")
            try? await clock.sleep(seconds: policy.initialDelaySeconds)
        }
    }

    private func release(_ lane: Lane) { busy.remove(lane) }

    private func attempt(_ message: OutboxMessage) async {
        do {
            guard try await store.perform({ store in try store.beginAttempt(message.id) }) else { return }
            switch await deliver(message) {
            case .success(let receipt): try await record(receipt, message)
            // Cut off in the middle: the row says that the outcome is unknown, and that is true.
            case .failure where Task.isCancelled: return
            case .failure(let failure): try await record(failure, message)
            }
        } catch {
            logger.error("message \(message.id): \(error)")
            // The message stays as it is; pausing here keeps its lane from spinning.
            try? await clock.sleep(seconds: policy.initialDelaySeconds)
        }
    }

    private func deliver(_ message: OutboxMessage) async -> Result<AlertReceipt, AlertError> {
        guard let channel = channels[message.alert.channel] else {
            return .failure(.temporary(reason: "there is no channel \(message.alert.channel) in the configuration"))
        }
        var incident: Incident?
        if let id = message.incident {
            do {
                incident = try await store.perform { store in try store.incident(id) }
            } catch {
                return .failure(.temporary(reason: "the incident can't be read"))
            }
        }
        if message.outcomeUnknown {
            do {
                if try await channel.wasSent(message) == true { return .success(.delivered) }
            } catch {
                return .failure(
                    .outcomeUnknown(reason: "an earlier attempt may have gone out; the check failed: \(error)"))
            }
        }
        var delivery = AlertDelivery(
            message: message, incident: incident, subject: texts.subject(message, incident),
            buttonText: texts.buttonText, pictures: pictures)
        if delivery.isAnswerable { delivery.answers = IncidentAnswer.buttons.map { ($0, texts.button($0)) } }
        do {
            return .success(try await channel.send(delivery))
        } catch {
            return .failure(error)
        }
    }

    private func record(_ receipt: AlertReceipt, _ message: OutboxMessage) async throws {
        let now = clock.now()
        switch receipt {
        case .delivered: try await store.perform { store in _ = try store.markSent(message.id, at: now) }
        case .queued(let providerID):
            let checkAt = Self.checkAfterSeconds.first.map { now + $0 }
            try await store.perform { store in
                _ = try store.markSent(message.id, at: now, providerID: providerID, checkAt: checkAt)
            }
        }
        logger.info("message \(message.id) by \(message.alert.channel): sent at attempt \(message.attempts + 1)")
    }

    private func record(_ failure: AlertError, _ message: OutboxMessage) async throws {
        let now = clock.now()
        let label = "message \(message.id) by \(message.alert.channel)"
        let attempt = message.attempts + 1
        if case .permanent(let reason) = failure {
            try await store.perform { store in _ = try store.markDead(message.id, error: reason) }
            logger.error("\(label): given up: \(reason)")
            return
        }
        if now.timeIntervalSince(message.waitingSince) >= policy.giveUpAfterSeconds {
            let reason = "given up after \(attempt) attempts: \(failure.reason)"
            try await store.perform { store in _ = try store.markDead(message.id, error: reason) }
            logger.error("\(label): \(reason)")
            return
        }
        var retryAfterSeconds: Double?
        var outcomeUnknown = false
        switch failure {
        case .temporary(_, let seconds): retryAfterSeconds = seconds
        case .outcomeUnknown, .permanent: outcomeUnknown = true
        }
        // 53 bits of the generator: a number from 0 to 1.
        let chance = Double(random.next() >> 11) * 0x1p-53
        let delay = policy.delaySeconds(attempt: attempt, retryAfterSeconds: retryAfterSeconds, chance: chance)
        let isUnknown = outcomeUnknown
        try await store.perform { store in
            _ = try store.markFailed(
                message.id, retryAt: now + delay, error: failure.reason, outcomeUnknown: isUnknown)
        }
        logger.warning("\(label): attempt \(attempt) failed, next in \(Int(delay.rounded())) s: \(failure.reason)")
    }
}

/// When a message that failed is tried again, and when no more.
public struct RetryPolicy: Hashable, Sendable {
    /// Pause after the first failed attempt; doubles with each further one.
    public var initialDelaySeconds = 2.0
    public var maximumDelaySeconds = 300.0
    /// Part of a pause that is left to chance, 0 to 1, so that many messages don't come back at the same moment.
    public var jitter = 0.2
    /// A provider may ask for a longer pause than ours (Retry-After), but not for a longer one than this.
    public var maximumRetryAfterSeconds = 3600.0
    /// A message older than this is given up.
    public var giveUpAfterSeconds = 86_400.0

    public init() {}

    /// The pause after the attempt with this number (1, 2, 3, …): exponential, shortened by chance.
    /// - Parameter chance: A random number, 0 to 1.
    public func delaySeconds(attempt: Int, retryAfterSeconds: Double? = nil, chance: Double) -> Double {
        let backoff = Backoff(initialSeconds: initialDelaySeconds, capSeconds: maximumDelaySeconds, jitter: jitter)
        let delay = backoff.delaySeconds(failures: attempt, random: chance)
        guard let retryAfterSeconds else { return delay }
        return max(delay, min(retryAfterSeconds, maximumRetryAfterSeconds))
    }
}
