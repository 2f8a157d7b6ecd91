import Logging
import ServiceLifecycle
import Settings
import UnixSignals

/// Reads the configuration anew at each SIGHUP, as a change on a page does: a file with mistakes is refused and nothing
/// changes, and only what differs is started anew.
struct ReloadService: Service {
    let editor: ConfigurationFile
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) { await reload() }
        }
    }

    private func reload() async {
        do {
            let sections = try await editor.reload()
            logger.notice("SIGHUP: the configuration has been read anew")
            for section in sections {
                logger.warning("SIGHUP: changes of \(section) hold only after a restart")
            }
        } catch let error as ConfigurationErrors {
            for problem in error.problems { logger.error("SIGHUP: \(problem)") }
            logger.error("SIGHUP: the configuration stays as it was")
        } catch {
            logger.error("SIGHUP: the configuration stays as it was: \(error)")
        }
    }
}
