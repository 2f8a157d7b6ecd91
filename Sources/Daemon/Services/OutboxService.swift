import Alerts
import ServiceLifecycle

/// The outbox worker as a service: stops at once at shutdown; what it could not send waits in the database.
struct OutboxService: Service {
    let worker: OutboxWorker

    func run() async throws {
        await cancelWhenGracefulShutdown { await worker.run() }
    }
}
