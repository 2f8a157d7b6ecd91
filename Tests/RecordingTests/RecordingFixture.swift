import Domain
import Foundation
import Logging
import Media
import Storage
import TestSupport
import Testing

@testable import Recording

/// A camera's ring filled by hand from a file, a real database and a clip folder.
final class RecordingFixture: Sendable {
    /// Where the recorded date and time begin.
    static let date = ManualClock().now()

    let folder: TemporaryDirectory
    let clock = ManualClock()
    let store: Store
    let ring: PacketRing
    let camera: CameraID
    let ids = MonotonicID()

    var root: URL { folder.url.appending(path: "clips") }

    init(ringSeconds: Double = 60) throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("test.db").path, clock: clock)
        ring = PacketRing(seconds: ringSeconds, maxBytes: 1 << 28)
        camera = try #require(CameraID(rawValue: "aisle-4"))
        try ClipFolders.checkWritable(root)
    }

    func recorder(
        _ settings: RecordingSettings = RecordingSettings(preRollSeconds: 2, postRollSeconds: 2, maxClipSeconds: 60),
        context: ClipContext = ClipContext(), folders: ClipFolders? = nil,
        logger: Logger = Logger(label: "recording")
    ) -> ClipRecorder {
        ClipRecorder(
            camera: camera, folders: folders ?? ClipFolders(root: root), ring: ring, store: store, settings: settings,
            clock: clock, context: context,
            makeID: { [ids] in ClipID(rawValue: ids.next(at: $0)) }, logger: logger)
    }

    /// 10 frames/s, a key frame each second.
    func video(_ name: String = "a.mp4", seconds: Double = 20, size: String = "160x120", codec: [String]? = nil) throws
        -> URL
    {
        let file = folder.file(name)
        if let codec { return try TestVideo.make(file, size: size, seconds: seconds, codec: codec) }
        return try TestVideo.make(file, size: size, seconds: seconds)
    }

    /// Packets of a file, as if the camera had sent them.
    func packets(_ file: URL, epoch: Int = 0, keepAudio: Bool = false) throws -> [RingItem] {
        let demuxer = try Demuxer(SourceOptions(url: file.path, keepAudio: keepAudio), epoch: epoch, clock: clock)
        var items: [RingItem] = []
        while let packet = try demuxer.read() {
            items.append(RingItem(packet: packet, parameters: demuxer.streamParameters))
        }
        return items
    }

    func feed(_ items: some Sequence<RingItem>) {
        for item in items { ring.append(item.packet, parameters: item.parameters) }
    }

    /// An incident, already in the database.
    @discardableResult
    func incident(
        _ name: String = "one", from start: Double, to end: Double, epoch: Int = 0, phase: Incident.Phase = .ongoing,
        camera: CameraID? = nil
    ) throws -> Incident {
        let incident = Incident(
            id: IncidentID(rawValue: name), camera: camera ?? self.camera, kind: .fallingObject, phase: phase,
            severity: .medium,
            start: MediaTime(epoch: epoch, seconds: start), end: MediaTime(epoch: epoch, seconds: end),
            confirmed: MediaTime(epoch: epoch, seconds: end), startDate: Self.date + start, endDate: Self.date + end,
            confirmedDate: Self.date + end, region: Region(x: 40, y: 40, width: 40, height: 30),
            frameSize: FrameSize(width: 160, height: 120))
        try store.unwatched.commit(.new(incident))
        return incident
    }

    func file(_ path: String) -> URL { root.appending(path: path) }

    /// Times of day and flags of a clip's video packets, as ffprobe sees them.
    func probe(_ clip: Clip) throws -> (count: Int, first: String) {
        let text = try TestVideo.ffprobe(
            ["-select_streams", "v", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"], file(clip.path))
        let lines = text.split(separator: "\n")
        return (lines.count, lines.first.map(String.init) ?? "")
    }
}

extension Incident {
    func ended(at seconds: Double? = nil) -> Incident {
        var incident = self
        incident.phase = .ended
        if let seconds { incident.end = MediaTime(epoch: start.epoch, seconds: seconds) }
        return incident
    }
}
