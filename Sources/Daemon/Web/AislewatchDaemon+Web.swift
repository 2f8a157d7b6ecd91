import Domain
import Foundation
import Recording
import Settings
import Storage
import Web

/// What the pages and the API work with.
extension AislewatchDaemon {
    func webDesks(
        _ rooms: CameraRooms, cameras: [CameraSupervisor], hub: EventHub, status: StatusDesk
    ) throws -> APIServices {
        let desk = LiveDesk(cameras.map(\.window))
        let follows = try FollowDesk(
            desk: desk, store: rooms.store, clips: rooms.folders.files,
            family: rooms.family, events: hub, ids: rooms.ids, clock: clock, logger: logger)
        rooms.followDesk.set(follows)
        warnings.tell { hub.publish(.warning($0)) }
        var api = APIServices(store: rooms.store, setup: try SetupLink(store: rooms.store), hub: hub)
        api.feed = desk
        api.prompts = follows
        api.trigger = TriggerDesk(cameras)
        api.channels = ChannelTesting(configuration: configuration, clock: clock)
        api.streams = StreamTrial(cameras: configuration.cameras, clock: clock)
        api.status = status
        let announcer = rooms.announcer
        api.archive = IncidentZip(
            exporter: IncidentExporter(
                files: ClipFiles(root: configuration.recording.directory), store: rooms.store, clock: clock,
                text: { announcer.text($0) }))
        api.silence = StoredSilence(store: rooms.store, clock: clock)
        api.channels = ChannelTesting(configuration: configuration, clock: clock)
        if let file = configurationFile {
            api.editor = ConfigurationDesk(
                file: file, environment: environment, stateDirectory: configuration.storage.directory)
        }
        api.warnings = { [warnings] in warnings.newestFirst }
        api.version = Self.version
        if let base = configuration.alerts.publicBaseURL {
            let text = "\(base)"
            api.publicURL = { path in (text.hasSuffix("/") ? String(text.dropLast()) : text) + path }
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
