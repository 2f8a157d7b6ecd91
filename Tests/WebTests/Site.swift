import Domain
import Foundation
import GRDB
import Hummingbird
import HummingbirdTesting
import Logging
import Storage
import TestSupport

@testable import Web

/// A store with one incident, a folder with its clip's files, and the server before them.
struct Site {
    /// Finds clips' files below a folder, as the recorder does.
    struct Files: ClipSource {
        var root: URL

        func videoFile(of clip: Clip) -> URL? { existing(clip.path) ?? existing(clip.temporaryPath) }
        func posterFile(of clip: Clip) -> URL? { existing(clip.posterPath) }

        private func existing(_ path: String) -> URL? {
            let url = root.appending(path: path)
            return (try? FileManager.default.attributesOfItem(atPath: url.path)) != nil ? url : nil
        }
    }

    static let start = Date(timeIntervalSince1970: 1_780_000_000)

    let directory: TemporaryDirectory
    let clock = ManualClock(date: Site.start + 5)
    let store: Store
    let files: Files
    var incident: Incident
    let token: String

    init(change: (inout Incident) -> Void = { _ in }) throws {
        directory = try TemporaryDirectory()
        store = try Store(path: directory.file("a.sqlite").path, clock: clock)
        files = Files(root: directory.url)
        guard let camera = CameraID(rawValue: "aisle-4") else { throw CancellationError() }
        incident = Incident(
            id: IncidentID(rawValue: "01incident"), camera: camera, kind: .fallingObject, severity: .high,
            start: MediaTime(seconds: 20), end: MediaTime(seconds: 21), confirmed: MediaTime(seconds: 21),
            startDate: Site.start, endDate: Site.start + 1, confirmedDate: Site.start + 1,
            region: Region(x: 1, y: 2, width: 3, height: 4), frameSize: FrameSize(width: 640, height: 360))
        change(&incident)
        try store.unwatched.commit(.new(incident))
        token = try store.unwatched.newLink(incident.id, expiresAt: Site.start + 3600)
    }

    /// Adds a clip with the given video under its temporary or its final name.
    @discardableResult
    func addClip(_ id: String, video: Data?, poster: Data? = nil, isFinished: Bool = true) throws -> Clip {
        var clip = Clip(
            id: ClipID(rawValue: id), camera: incident.camera, path: "aisle-4/2026-05-28/\(id).mp4",
            startDate: Site.start - 10, start: MediaTime(seconds: 10))
        try store.unwatched.insert(clip, incidents: [incident.id])
        let folder = directory.file("aisle-4/2026-05-28")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try video?.write(to: directory.file(isFinished ? clip.path : clip.temporaryPath))
        try poster?.write(to: directory.file(clip.posterPath))
        if isFinished {
            try store.unwatched.finish(
                clip.id, durationSeconds: 20, bytes: Int64(video?.count ?? 0),
                sha256: String(repeating: "0", count: 64))
            clip.state = .finished
        }
        return clip
    }

    /// Takes a table away, as a damaged database would.
    func breakTable(_ name: String) throws {
        try DatabaseQueue(path: store.path).writeWithoutTransaction { db in
            try db.execute(sql: "ALTER TABLE \(name) RENAME TO gone")
        }
    }

    func server(
        timeZone: String = "Europe/Berlin", language: String = "en", text: String = "Box fell.",
        status: HealthReport.Status = .ok,
        playbook: Playbook? = nil, host: String = "127.0.0.1", port: Int = 0, trustedProxies: [String] = [],
        connections change: (inout ConnectionLimits) -> Void = { _ in }
    ) -> WebServer {
        var settings = APISettings()
        change(&settings.connections)
        settings.trustedProxies = trustedProxies.compactMap(AddressRange.init)
        return WebServer(
            host: host, port: port, pages: store, clips: files,
            settings: PageSettings(
                siteName: "Hall <1>", timeZone: TimeZone(identifier: timeZone) ?? .gmt, language: language,
                cameraName: { "Cam \"\($0)\"" }, text: { _ in text },
                playbook: { _ in playbook }),
            clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, apiSettings: settings,
            health: {
                HealthReport(
                    status: status, version: "1.2.3", uptimeSeconds: 60, camerasOnline: 1, camerasConfigured: 2)
            })
    }

    /// Answers one request without a socket.
    func get(
        _ path: String, method: HTTPRequest.Method = .get, headers: HTTPFields = [:], server: WebServer? = nil
    ) async throws -> TestResponse {
        try await (server ?? self.server()).application.test(.router) { client in
            try await client.execute(uri: path, method: method, headers: headers)
        }
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
    var data: Data { Data(body.readableBytesView) }
}
