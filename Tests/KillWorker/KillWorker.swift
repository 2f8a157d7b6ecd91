import Alerts
import Domain
import Foundation
import Logging
import Media
import Recording
import Storage

/// What the SIGKILL test kills: records incidents from a file that stands for a camera, and announces them, with the
/// daemon's own parts, until it is killed. Prints a dot a picture, so that the test knows how far it has come. `KillWorker STATE VIDEO URL [--finish]`: with `--finish` it only puts right what
/// the kills have left, and sends what still waits.
@main
struct KillWorker {
    static func main() async throws {
        // It has nothing else to do while it waits for the disk.
        let body: @Sendable () async throws -> Void = { try await work() }
        try await BlockingWork.permitted(body)
    }

    private static func work() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4, let camera = CameraID(rawValue: "aisle-4") else { exit(2) }
        let state = URL(filePath: arguments[1])
        let quiet = Logger(label: "worker") { _ in SwiftLogNoOpLogHandler() }
        let clock = SystemClock()
        let store = try Store(path: state.appending(path: "a.sqlite").path, clock: clock)
        let folders = ClipFolders(root: state.appending(path: "clips"), logger: quiet)
        let announce: @Sendable (IncidentEvent) throws -> Void = { event in
            _ = try store.blocking.commit(event) { history in
                guard try !history.isPlanned(incident: event.incident.id, channel: "hook", recipient: "") else {
                    return []
                }
                return [PlannedAlert(channel: "hook", recipient: "", text: "Object fell")]
            }
        }
        try await store.perform { try $0.endOpenIncidents() }
        try ClipSalvager(folders: folders, store: store, logger: quiet).salvageAll { try announce(.new($0)) }
        let worker = OutboxWorker(
            store: store, channels: [WebhookChannel(name: "hook", url: arguments[3])], clock: clock, logger: quiet)
        let sending = Task { await worker.run() }
        if arguments.last == "--finish" {
            while try await !store.perform({ try $0.pendingHeads().isEmpty }) {
                try await Task.sleep(for: .milliseconds(20))
            }
            sending.cancel()
            return
        }
        try await record(camera, arguments[2], folders, store, announce, quiet)
    }

    private static func record(
        _ camera: CameraID, _ video: String, _ folders: ClipFolders, _ store: Store,
        _ announce: @Sendable (IncidentEvent) throws -> Void, _ logger: Logger
    ) async throws {
        let ids = MonotonicID()
        var settings = RecordingSettings(preRollSeconds: 2, postRollSeconds: 1, maxClipSeconds: 10)
        // What is proved here is the order of what is done, on a machine of whatever speed.
        settings.patienceSeconds = 300
        let ring = PacketRing(seconds: 60, maxBytes: 1 << 28)
        let recorder = ClipRecorder(
            camera: camera, folders: folders, ring: ring, store: store,
            settings: settings,
            makeID: { ClipID(rawValue: ids.next(at: $0)) }, logger: logger)
        let demuxer = try Demuxer(SourceOptions(url: video))
        var count = 0
        // Ten pictures a second come ten times as fast.
        while let packet = try demuxer.read() {
            ring.append(packet, parameters: demuxer.streamParameters)
            count += 1
            try FileHandle.standardOutput.write(contentsOf: Data(".".utf8))
            if count > 30 { try await Task.sleep(for: .milliseconds(10)) }
            guard count > 30, count % 25 == 0 else { continue }
            let now = Date()
            var incident = Incident(
                id: IncidentID(rawValue: ids.next(at: now)), camera: camera, kind: .fallingObject, severity: .medium,
                start: packet.pts, end: packet.pts, confirmed: packet.pts, startDate: now, endDate: now,
                confirmedDate: now, region: Region(x: 10, y: 10, width: 30, height: 30),
                frameSize: FrameSize(width: 160, height: 120))
            try await recorder.prepare(incident)
            try announce(.new(incident))
            try await recorder.handle(.new(incident))
            incident.phase = .ended
            try announce(.end(incident))
            try await recorder.handle(.end(incident))
        }
        await recorder.close()
    }
}
