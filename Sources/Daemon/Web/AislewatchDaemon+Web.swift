import Alerts
import Domain
import Foundation
import Recording
import Settings
import Storage
import Web

/// What the pages and the API work with.
extension AislewatchDaemon {
    func webDesks(
        _ rooms: CameraRooms, cameras: CameraFleet, hub: EventHub, status: StatusDesk
    ) throws -> APIServices {
        let desk = LiveDesk(cameras)
        let running = rooms.running
        let follows = try FollowDesk(
            desk: desk, store: rooms.store, clips: rooms.folders.files,
            family: rooms.family, events: hub, ids: rooms.ids, clock: clock, logger: logger)
        rooms.followDesk.set(follows)
        warnings.tell { hub.publish(.warning($0)) }
        var api = APIServices(store: rooms.store, setup: try SetupLink(store: rooms.store), hub: hub)
        api.feed = desk
        api.prompts = follows
        api.trigger = TriggerDesk(cameras)
        api.channels = ChannelTrial(clock: clock) { running.current }
        api.streams = StreamTrial(cameras: { running.current.cameras }, clock: clock)
        api.status = status
        api.archive = IncidentZip(
            exporter: IncidentExporter(
                files: ClipFiles(root: configuration.recording.directory), store: rooms.store, clock: clock,
                text: { rooms.announcer.text($0) }))
        api.silence = StoredSilence(store: rooms.store, clock: clock)
        if let file = configurationFile {
            let reload = ConfigurationReload(running, cameras: cameras, alerts: rooms.alerts, logger: logger)
            api.editor = ConfigurationDesk(
                file: file, environment: environment, stateDirectory: configuration.storage.directory,
                started: running.started, apply: { await reload.apply($0) })
        }
        api.warnings = { [warnings] in warnings.newestFirst }
        api.version = Self.version
        api.rules = RuleRegistry.standard.entries.map(\.description)
        api.publicURL = { path in
            running.current.alerts.publicBaseURL.map { base in
                let text = "\(base)"
                return (text.hasSuffix("/") ? String(text.dropLast()) : text) + path
            }
        }
        return api
    }

    var apiSettings: APISettings {
        var settings = APISettings()
        settings.trustedProxies = configuration.web.trustedProxies.compactMap(AddressRange.init)
        return settings
    }

    var tlsFiles: TLSFiles? {
        guard let certificate = configuration.web.tlsCertificate, let key = configuration.web.tlsKey else { return nil }
        return TLSFiles(certificate: certificate, key: key)
    }
}
