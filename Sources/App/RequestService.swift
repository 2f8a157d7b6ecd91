import Domain
import Logging
import ServiceLifecycle
import Storage

/// Does what the command line asks of the running daemon. The two meet in the database, which both may open: no port, no
/// password.
struct RequestService: Service {
    let store: Store
    let trigger: any IncidentTrigger
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let changes = store.changes(of: .requests)
            await takeAll()
            for await _ in changes { await takeAll() }
        }
    }

    private func takeAll() async {
        do {
            for request in try await store.perform({ try $0.takeRequests() }) { await answer(request) }
        } catch {
            logger.error("requests can't be read: \(error)")
        }
    }

    private func answer(_ request: DaemonRequest) async {
        do {
            switch request.name {
            case .wake:
                store.signal(.outbox)
                try await store.perform { try $0.finish(request: request.id, incident: nil) }
            case .drill:
                guard let camera = request.camera else { return }
                let incident = try await trigger.trigger(
                    camera: camera, kind: .manual, severity: .high, reason: "", by: Incident.drillOrigin)
                logger.notice("\(camera): a drill, incident \(incident)")
                try await store.perform { try $0.finish(request: request.id, incident: incident) }
            }
        } catch {
            logger.error("a request failed: \(error)")
            let reason = "\(error)"
            try? await store.perform { try $0.finish(request: request.id, incident: nil, error: reason) }
        }
    }
}
