import Domain
import Logging
import Recording
import Settings
import Storage

/// The database and the clip folder, opened and put right after whatever ended the last run.
public struct SiteStorage: Sendable {
    public let store: Store
    public let folders: ClipFolders
    private let lock: InstanceLock
    private let logger: Logger

    /// - Throws: One line that says what to do: another daemon runs, the database can't be used, the clips have no place.
    public init(
        _ configuration: AislewatchConfiguration, clock: any WallClock, notices: any NoticeSink, logger: Logger
    ) throws {
        let recording = configuration.recording
        folders = ClipFolders(
            root: recording.directory, fallback: recording.fallbackDirectory, notices: notices, logger: logger)
        do {
            try ClipFolders.checkWritable(recording.directory)
        } catch {
            // Somebody thought of this day and named another place.
            guard recording.isFallbackGiven else { throw error }
            try ClipFolders.checkWritable(recording.fallbackDirectory)
            folders.probe()
        }
        let path = configuration.storage.database.path(percentEncoded: false)
        lock = try InstanceLock(path: path)
        store = try Store(path: path, clock: clock)
        self.logger = logger
    }

    /// Puts right what the end of the last run has cut off.
    /// - Parameter announce: Commits an incident whose clip has begun and that did not get into the database any more.
    func salvage(announce: @escaping (Incident) throws -> Void) throws {
        folders.establish(newest: try store.blocking.newestClip())
        try store.blocking.endOpenIncidents()
        try ClipSalvager(folders: folders, store: store, logger: logger).salvageAll(announce: announce)
    }
}
