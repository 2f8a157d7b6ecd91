import Domain
import Foundation
import Logging
import Media
import Pipeline
import Recording
import Storage
import Synchronization

/// Keeps the clips of a `watch`. The order of writing needs a database; this one lives in a temporary folder and goes with
/// the run.
final class WatchKeeper: Sendable {
    private let store: Store
    private let recorder: ClipRecorder
    private let databaseFolder: URL
    private let logger: Logger

    init(
        settings: WatchSettings, recording: RecordingSettings, folder: URL, ring: PacketRing, pipeline: CameraPipeline,
        ids: MonotonicID, clock: any WallClock, text: @escaping @Sendable (Incident) -> String, logger: Logger
    ) throws {
        databaseFolder = FileManager.default.temporaryDirectory.appending(path: "aislewatch-watch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: databaseFolder, withIntermediateDirectories: true)
        store = try Store(path: databaseFolder.appending(path: "watch.sqlite").path, clock: clock)
        recorder = ClipRecorder(
            camera: settings.camera, folders: ClipFolders(root: folder, logger: logger), ring: ring, store: store,
            settings: recording, clock: clock,
            context: ClipContext(
                zones: { settings.zones }, tracks: { pipeline.tracks(from: $0, to: $1) }, text: text),
            makeID: { ClipID(rawValue: ids.next(at: $0)) }, logger: logger)
        self.logger = logger
    }

    deinit { try? FileManager.default.removeItem(at: databaseFolder) }

    /// Begins or extends a clip.
    /// - Returns: The paths, below the clip folder, of the clips that show the incident.
    func keep(_ event: IncidentEvent) async -> [String] {
        do {
            try await store.perform { _ = try $0.commit(event) }
            try await recorder.handle(event)
            return try await store.perform { try $0.clips(of: event.incident.id).map(\.path) }
        } catch {
            logger.error("no clip of incident \(event.incident.id): \(error)")
            return []
        }
    }

    /// All clips are whole when it returns.
    /// - Parameter isFile: The packets have ended by themselves, so every clip gets all of its post-roll that there is.
    func finish(isFile: Bool) async {
        if isFile { await recorder.waitUntilDone() } else { await recorder.close() }
    }
}
