import Alerts
import ServiceLifecycle

/// The connection to a broker as a service: says that it leaves at shutdown.
struct BrokerService: Service {
    let broker: MQTTChannel
    let commands: any CameraCommands

    func run() async throws {
        await cancelWhenGracefulShutdown { await broker.run(commands: commands) }
    }
}
