import Domain
import Logging
import Recording
import ServiceLifecycle

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
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                probing.submit { folders.probe() }
                guarding.submit {
                    do { try diskGuard.look() } catch {
                        logger.error("the clips' disk can't be looked after: \(error)")
                    }
                }
                for recorder in recorders() { recorder.look() }
                guard (try? await clock.sleep(seconds: Self.lookSeconds)) != nil else { return }
            }
        }
    }
}
