import Alerts
import Domain
import Logging
import ServiceLifecycle
import Storage

/// Sends what waits in the outbox and keeps connections, through the channels of the configuration that holds.
/// Stops at once at shutdown; what could not be sent waits in the database.
struct DeliveryService: Service {
    let alerts: AlertRooms
    let commands: any CameraCommands
    let store: Store
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var changes = alerts.changes.makeAsyncIterator()
            while !Task.isCancelled {
                let channels = alerts.channels
                await withDiscardingTaskGroup { group in
                    group.addTask { await worker(channels).run() }
                    for channel in channels.connected { group.addTask { await channel.run(commands: commands) } }
                    _ = await changes.next()
                    group.cancelAll()
                }
            }
        }
    }

    private func worker(_ channels: AlertChannels) -> OutboxWorker {
        OutboxWorker(
            store: store, channels: channels.channels, clock: clock, texts: channels.texts, pictures: alerts.pictures,
            logger: logger)
    }
}
