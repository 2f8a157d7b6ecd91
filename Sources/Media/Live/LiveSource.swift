import Domain
import Foundation
import Logging
import Synchronization

/// Keeps one camera's packets coming into its ring: connects, reads, and connects again, for ever, on a thread of its
/// own.
public final class LiveSource: Sendable {
    public enum State: Sendable {
        /// Trying; `attempt` counts from 1 since the last time it was online.
        case connecting(attempt: Int)
        /// Packets come. A new epoch at each connection.
        case online(StreamInfo, epoch: Int)
        case offline(MediaError, retryInSeconds: Double)
    }

    private struct Life {
        var cancellation: Cancellation?
        var isStopped = false
        var lastPacketAt: Date?
    }

    public let camera: CameraID
    /// What happens with the connection, for one reader; ends after `stop()`.
    public let states: AsyncStream<State>
    private let continuation: AsyncStream<State>.Continuation
    private let options: SourceOptions
    private let ring: PacketRing
    private let clock: any WallClock
    private let backoff: Backoff
    private let logger: Logger
    private let life = Mutex(Life())
    private let wake = DispatchSemaphore(value: 0)

    /// A refused password is not tried again every two seconds: cameras lock accounts.
    private static let refusedPasswordSeconds = 15.0

    public init(
        camera: CameraID, options: SourceOptions, ring: PacketRing, clock: any WallClock = SystemClock(),
        backoff: Backoff = Backoff(), logger: Logger = Logger(label: "media")
    ) {
        self.camera = camera
        self.options = options
        self.ring = ring
        self.clock = clock
        self.backoff = backoff
        self.logger = logger
        (states, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    }

    deinit { stop() }

    /// When the last packet came in; nil before the first.
    public var lastPacketAt: Date? { life.withLock { $0.lastPacketAt } }

    /// Begins; once.
    public func start() {
        let cancellation = Cancellation()
        let isFirst = life.withLock { life in
            guard life.cancellation == nil, !life.isStopped else { return false }
            life.cancellation = cancellation
            return true
        }
        guard isFirst else { return }
        WorkerThread.start("read \(camera)") { [self] in run(cancellation) }
    }

    /// Ends at once: whatever blocks is interrupted. The ring stays as it is.
    public func stop() {
        let cancellation = life.withLock { life in
            life.isStopped = true
            return life.cancellation
        }
        cancellation?.cancel()
        wake.signal()
        continuation.finish()
    }

    private func run(_ cancellation: Cancellation) {
        var failures = 0
        var epoch = 0
        while !cancellation.isCancelled {
            continuation.yield(.connecting(attempt: failures + 1))
            let failure: MediaError
            do {
                let demuxer = try Demuxer(options, epoch: epoch, clock: clock, cancellation: cancellation)
                try read(demuxer, epoch: epoch, failures: &failures)
                failure = .disconnected(source: options.redactedURL, reason: "the other side closed it")
            } catch let error as MediaError {
                failure = error
            } catch {
                failure = .disconnected(source: options.redactedURL, reason: "\(error)")
            }
            if cancellation.isCancelled { return }
            epoch += 1
            failures += 1
            var seconds = backoff.delaySeconds(failures: failures, random: Double.random(in: 0...1))
            if case .unauthorized = failure { seconds = max(seconds, Self.refusedPasswordSeconds) }
            // Once per outage and then now and then: a camera that is off for a week must not fill the disk with lines.
            if failures == 1 || failures.isMultiple(of: 100) {
                logger.warning("\(camera): offline: \(failure)", metadata: ["attempt": "\(failures)"])
            }
            continuation.yield(.offline(failure, retryInSeconds: seconds))
            _ = wake.wait(timeout: .now() + seconds)
        }
    }

    /// Reads until it breaks off. Online counts from the first packet: some servers accept and then say nothing.
    private func read(_ demuxer: Demuxer, epoch: Int, failures: inout Int) throws {
        var isOnline = false
        while let packet = try demuxer.read() {
            ring.append(packet, parameters: demuxer.streamParameters)
            let now = clock.now()
            life.withLock { $0.lastPacketAt = now }
            guard !isOnline else { continue }
            isOnline = true
            if failures > 0 { logger.notice("\(camera): online again") }
            failures = 0
            continuation.yield(.online(demuxer.info, epoch: epoch))
        }
    }
}
