public import Domain
public import Logging
public import ServiceLifecycle
import Synchronization

/// Looks after the clips' disk every few seconds: is it there, is it full, does it hang?
public struct ClipDiskService: Service {
    private let folders: ClipFolders
    private let diskGuard: DiskGuard
    private let recorders: @Sendable () -> [ClipRecorder]
    private let clock: any WallClock
    private let logger: Logger

    private static let lookSeconds = 3.0

    /// - Parameter recorders: Those of all cameras that record now.
    public init(
        folders: ClipFolders, diskGuard: DiskGuard, recorders: @escaping @Sendable () -> [ClipRecorder],
        clock: any WallClock, logger: Logger
    ) {
        self.folders = folders
        self.diskGuard = diskGuard
        self.recorders = recorders
        self.clock = clock
        self.logger = logger
    }

    public func run() async throws {
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
private final class Worker: Sendable {
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
