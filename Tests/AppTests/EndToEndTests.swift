import Domain
import Foundation
import Media
import Settings
import TestSupport
import Testing

@testable import App

/// A real camera server, the whole daemon, and a real receiver of alerts. The network on one side and the clip on the
/// other are real too, so these take as long as the sample lasts.
@Suite("From a camera to a text", .serialized)
struct EndToEndTests {
    private struct Label: Decodable {
        struct Incident: Decodable {
            var kind: String
            var start_s: Double
        }
        var incident: Incident
    }

    @Test(
        "a fall seen by an RTSP camera gives one clip with its pre-roll and exactly one alert", .timeLimit(.minutes(20))
    )
    func fallToText() async throws {
        let receiver = try HTTPStub(then: .respond(200))
        defer { receiver.stop() }
        let camera = try RTSPServer(
            streams: ["aisle": DaemonSite.sample], once: true, waits: true,
            login: .init(username: "viewer", password: "s3cret"))
        defer { camera.stop() }
        let site = try DaemonSite()
        let configuration = try site.configuration(
            """
            cameras:
              - {id: aisle-4, name: Aisle 4 cam, url: "\(camera.url("aisle"))", username: viewer, password: s3cret}
            recording: {pre_roll_seconds: 2, post_roll_seconds: 3}
            alerts:
              public_base_url: http://127.0.0.1:9
              channels: [{name: hook, type: webhook, url: "\(receiver.baseURL)/alerts"}]
            """)
        site.start(configuration)

        let request = try await site.eventually(playing: camera, "an alert") { receiver.requests.first }
        #expect(request.target == "/alerts")
        #expect(request.body.contains("Object fell") && request.body.contains("Aisle 4 cam"))
        #expect(!request.body.contains("s3cret"))

        let store = try site.store()
        let clip = try await DaemonSite.eventually(withinSeconds: 300, "a finished clip") {
            try store.unwatched.clips(in: .finished).first
        }
        // The held last scene must not alarm again.
        #expect(receiver.requests.count == 1)
        let incident = try #require(try store.unwatched.incidents().first)
        #expect(try store.unwatched.incidents().count == 1 && incident.kind == .fallingObject)
        #expect(clip.preRollSeconds >= 2)

        let file = site.clips.appending(path: clip.path)
        for path in [clip.path, clip.posterPath, clip.sidecarPath] {
            #expect(FileManager.default.fileExists(atPath: site.clips.appending(path: path).path), "\(path)")
        }
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        let first = try #require(try demuxer.read())
        #expect(first.isKeyFrame && first.pts.seconds < 0.5)
        let sidecar = try ClipSidecar(json: Data(contentsOf: site.clips.appending(path: clip.sidecarPath)))
        #expect(sidecar.incidents.map(\.id) == [incident.id] && !sidecar.tracks.isEmpty)
        try await site.stop()
    }

    @Test("stopping in the middle of a recording closes the clip properly", .timeLimit(.minutes(20)))
    func stopWhileRecording() async throws {
        let camera = try RTSPServer(streams: ["aisle": DaemonSite.sample], once: true, waits: true)
        defer { camera.stop() }
        let site = try DaemonSite()
        let configuration = try site.configuration(
            """
            cameras: [{id: aisle-4, url: "\(camera.url("aisle"))"}]
            recording: {pre_roll_seconds: 2, post_roll_seconds: 60, max_clip_seconds: 120}
            """)
        site.start(configuration)
        let store = try await site.eventually(playing: camera, "a clip that is being written") {
            let store = try? site.store()
            return try store?.unwatched.unfinishedClips().isEmpty == false ? store : nil
        }
        try await site.stop()
        #expect(try store.unwatched.unfinishedClips().isEmpty)
        let clip = try #require(try store.unwatched.clips(in: .finished).first)
        #expect(clip.durationSeconds > 2)
    }

    @Test("the service manager hears of the start, gets signs of life, and hears of the stop", .timeLimit(.minutes(20)))
    func serviceManager() async throws {
        let socket = "@aislewatch-test-\(UUID().uuidString)"
        let listener = try NotifyListener(socket)
        let site = try DaemonSite(environment: [
            "NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "400000",
        ])
        site.start(try site.configuration(#"cameras: [{id: dock, url: "rtsp://127.0.0.1:1/x"}]"#))
        #expect(try listener.receive() == "READY=1\nSTATUS=0 of 1 cameras online\n")
        // A camera that is switched off is no reason for a restart: its connection is tried again.
        #expect(try listener.receive() == "WATCHDOG=1\n")
        #expect(try listener.receive() == "STATUS=0 of 1 cameras online\n")
        #expect(try listener.receive() == "WATCHDOG=1\n")
        try await site.stop()
        var last = ""
        while !last.hasPrefix("STOPPING=1") { last = try listener.receive() }
    }

    @Test("a clip folder that can't be written is said at the start")
    func unwritableClipFolder() async throws {
        let site = try DaemonSite()
        // A file where the folder should be: refused for root too, unlike permissions.
        try Data().write(to: site.directory.file("taken"))
        let configuration = try site.configuration(
            """
            cameras: [{id: dock, url: "rtsp://127.0.0.1:1/x"}]
            recording: {directory: \(site.directory.file("taken").path)/clips}
            """)
        site.start(configuration)
        await #expect { try await site.ended() } throws: { "\($0)".contains("taken/clips") }
    }

    @Test("a model folder without files is said at the start")
    func missingModel() async throws {
        let site = try DaemonSite()
        let configuration = try site.configuration(
            """
            cameras: [{id: dock, url: "rtsp://127.0.0.1:1/x"}]
            model: {directory: \(site.directory.file("nothing").path)}
            """)
        site.start(configuration)
        await #expect { try await site.ended() } throws: { "\($0)".contains("nothing") }
    }
}
