import Domain
import Logging
import Recording
import ServiceLifecycle
import Settings
import Synchronization

/// Looks after the clips' disk every few seconds: is it there, is it full, does it hang?
struct StorageService: Service {
    let folders: ClipFolders
    let diskGuard: DiskGuard
    let recorders: @Sendable () -> [ClipRecorder]
    let clock: any WallClock
    let logger: Logger

    private static let lookSeconds = 3.0

    func run() async throws {
        // A disk that hangs must not keep the look at the recorders from happening.
        let probing = Worker("storage probe"), guarding = Worker("disk guard")
        let trouble = Mutex<String?>(nil)
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                probing.submit { folders.probe() }
                guarding.submit {
                    var found: String?
                    do { try diskGuard.look() } catch { found = "\(error)" }
                    let isNews = trouble.withLock { trouble in
                        defer { trouble = found }
                        return found != trouble
                    }
                    if let found, isNews { logger.error("the clips' disk can't be looked after: \(found)") }
                }
                for recorder in recorders() { recorder.look() }
                guard (try? await clock.sleep(seconds: Self.lookSeconds)) != nil else { return }
            }
        }
    }
}

/// A thread for work that may hang: while one piece is under way, the next ones are left out.
final class Worker: Sendable {
    private let work: BlockingWork
    private let isBusy = Mutex(false)

    init(_ label: String) { work = BlockingWork(label, maxThreads: 1) }

    func submit(_ body: @escaping @Sendable () -> Void) {
        let mayStart = isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard mayStart else { return }
        work.start { [self] in
            body()
            isBusy.withLock { $0 = false }
        }
    }
}

extension RetentionPolicy {
    init(_ configuration: RetentionConfiguration) {
        func seconds(_ days: Double) -> Double? { days > 0 ? days * 86_400 : nil }
        self.init(
            keepSeconds: seconds(configuration.keepDays),
            rules: configuration.keep.map {
                Rule(severities: Set($0.severities), reviews: Set($0.reviews), keepSeconds: seconds($0.days))
            },
            maxBytes: configuration.maxMegabytes.map { Int64($0) << 20 },
            reserveBytes: Int64(configuration.reserveMegabytes) << 20)
    }
}
