import Domain
import Foundation
import Storage
import TestSupport

/// A store in a folder of its own, on a clock that the test moves.
struct TestStore {
    let folder: TemporaryDirectory
    let clock: ManualClock
    let store: Store

    var path: String { folder.file("a.db").path }

    init(folder: TemporaryDirectory? = nil, clock: ManualClock = ManualClock()) throws {
        self.folder = try folder ?? TemporaryDirectory()
        self.clock = clock
        store = try Store(path: self.folder.file("a.db").path, clock: clock)
    }

    /// All rows that SQLite has written: the database and its write-ahead log.
    func bytesOnDisk() throws -> Data {
        try ["", "-wal"].reduce(into: Data()) { data, suffix in
            data += try Data(contentsOf: URL(filePath: path + suffix))
        }
    }
}

enum Samples {
    static let start = Date(timeIntervalSince1970: 1_780_000_000.25)
    static let aisle4 = camera("aisle-4")

    static func camera(_ name: String) -> CameraID {
        guard let id = CameraID(rawValue: name) else { preconditionFailure("\(name) is no camera id") }
        return id
    }

    static func incident(
        _ id: String = "01a", camera: CameraID = aisle4, kind: IncidentKind = .fallingObject, startDate: Date = start
    ) -> Incident {
        var facts = IncidentFacts()
        facts.dropMetres = 2.1
        facts.zoneName = "walkway 2"
        facts.zoneKind = .walkway
        return Incident(
            id: IncidentID(rawValue: id), camera: camera, kind: kind, severity: .high,
            start: MediaTime(epoch: 1, seconds: 10), end: MediaTime(epoch: 1, seconds: 11),
            confirmed: MediaTime(epoch: 1, seconds: 10.5), startDate: startDate, endDate: startDate + 1,
            confirmedDate: startDate + 0.5, region: Region(x: -2, y: 20, width: 30, height: 40),
            frameSize: FrameSize(width: 1280, height: 720), facts: facts,
            evidence: [Evidence(parameter: "min_drop_metres", measured: 2.1, threshold: 0.5, unit: "m")],
            tracks: [TrackID(rawValue: 3), TrackID(rawValue: 7)])
    }

    static func clip(_ id: String = "01c", camera: CameraID = aisle4) -> Clip {
        Clip(
            id: ClipID(rawValue: id), camera: camera, path: "\(camera)/2026-05-28/\(id).mp4", startDate: start,
            start: MediaTime(epoch: 1, seconds: 0.5), preRollSeconds: 9.5)
    }

    static func alert(_ recipient: String = "+491700000001", channel: String = "sms", text: String = "hello")
        -> PlannedAlert
    {
        PlannedAlert(channel: channel, recipient: recipient, text: text)
    }

    static let sha256 = String(repeating: "0123456789abcdef", count: 4)
}
