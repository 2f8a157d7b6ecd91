import Alerts
import Domain
import Logging
import Recording
import Settings
import Storage

/// The database, the clip folder and the alerts, which report troubles of the two; opened and put right after whatever ended the
/// last run.
struct SiteStorage: Sendable {
    let store: Store
    let folders: ClipFolders
    let copies: ClipCopies
    let alerts: AlertService
    private let lock: InstanceLock
    private let logger: Logger

    /// - Throws: One line that says what to do: another daemon runs, the database can't be used, the clips have no place.
    init(_ configuration: AislewatchConfiguration, clock: any WallClock, logger: Logger) throws {
        let recording = configuration.recording
        let path = configuration.storage.database.path(percentEncoded: false)
        lock = try InstanceLock(path: path)
        store = try Store(path: path, clock: clock)
        self.logger = logger
        alerts = try AlertService(configuration, store: store, clock: clock, logger: logger)
        folders = ClipFolders(
            root: recording.directory, fallback: recording.fallbackDirectory,
            copies: configuration.storage.directory.appending(path: "clip-copies"), notices: alerts.notices,
            logger: logger)
        copies = ClipCopies(files: folders.files, clock: clock, logger: logger)
        do {
            try ClipFolders.checkWritable(recording.directory)
        } catch {
            // Somebody thought of this day and named another place.
            guard recording.isFallbackGiven else { throw error }
            try ClipFolders.checkWritable(recording.fallbackDirectory)
            folders.probe()
        }
    }

    /// Puts right what the end of the last run has cut off.
    func salvage() throws {
        folders.establish(newest: try store.blocking.newestClip())
        try store.blocking.endOpenIncidents()
        try ClipSalvager(folders: folders, store: store, logger: logger).salvageAll { incident in
            // Its clip has begun, and it did not get into the database any more.
            try alerts.announcer.commit(.new(incident))
        }
    }
}
