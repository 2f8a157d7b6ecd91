import Domain
import Foundation
import Settings
import Storage
import TestSupport
import Testing

@testable import App

@Suite("A configuration changed over the API", .timeLimit(.minutes(5)))
struct ReloadTests {
    @Test(
        "holds at once: a zone, a second camera, an alert channel; the first camera's stream goes on; undo takes it back"
    )
    func takesEffect() async throws {
        let server = try RTSPServer(streams: ["cam": DaemonSite.sample])
        let receiver = try HTTPStub(then: .respond(200))
        defer { receiver.stop() }
        let site = try DaemonSite(environment: ProcessInfo.processInfo.environment)
        let file = try site.configurationFile("cameras: [{id: dock, url: \"\(server.url("cam"))\"}]")
        let configuration = try AislewatchConfiguration.load(path: file.path, environment: [:])
        site.start(configuration, file: file)
        let store = try await DaemonSite.eventually(withinSeconds: 120, "a database") { try? site.store() }
        let client = APIClient(
            port: configuration.web.port,
            secret: try store.unwatched.addToken(name: "t", role: .admin, by: "test").secret)
        _ = try await DaemonSite.eventually(withinSeconds: 120, "a picture") { await client.isOnline() ? true : nil }

        let zone = #"{"name":"walk","kind":"walkway","polygon":[[0.1,0.5],[0.9,0.5],[0.9,0.9]]}"#
        let saved = try await client.object(
            "POST", "/configuration/edits",
            """
            {"edits": [
                {"op": "set", "path": ["cameras", "dock", "name"], "value": "Dock 1"},
                {"op": "set", "path": ["cameras", "dock", "zones"], "value": [\(zone)]},
                {"op": "set", "path": ["cameras", "-"], "value": {"id": "gate", "url": "\(server.url("cam"))"}},
                {"op": "set", "path": ["alerts", "channels", "-"],
                    "value": {"name": "hook", "type": "webhook", "url": {"secret": "\(receiver.baseURL)/secret-path"}}}
            ]}
            """)
        #expect(saved["saved"] as? Bool == true && saved["restart_needed"] as? Bool == false, "\(saved)")
        // No waiting: who got the answer finds it so.
        let cameras = try await client.object("GET", "/cameras")["cameras"] as? [[String: Any]] ?? []
        #expect(cameras.compactMap { $0["id"] as? String } == ["dock", "gate"])
        #expect(cameras.first?["name"] as? String == "Dock 1" && cameras.first?["state"] as? String == "online")
        #expect((cameras.first?["zones"] as? [Any])?.count == 1)
        _ = try await DaemonSite.eventually(withinSeconds: 120, "the new camera's picture") {
            try await client.object("GET", "/cameras/gate")["state"] as? String == "online" ? true : nil
        }
        let status = try await client.object("GET", "/status")["cameras"] as? [[String: Any]] ?? []
        #expect(status.first { $0["id"] as? String == "dock" }?["reconnects"] as? Int == 0)

        // What happens now is told through the new channel.
        _ = try await client.object("POST", "/cameras/gate/trigger", #"{"reason":"a try"}"#)
        await receiver.waitForRequests(1)
        #expect(receiver.requests.first?.target == "/secret-path")
        #expect(try !String(contentsOf: file, encoding: .utf8).contains("secret-path"))

        let undone = try await client.object("POST", "/configuration/undo", "{}")
        #expect(undone["saved"] as? Bool == true)
        #expect(try await client.send("GET", "/cameras/gate").0 == 404)
        let after = try await client.object("GET", "/cameras/dock")
        #expect(after["name"] as? String == "dock" && (after["zones"] as? [Any])?.isEmpty == true)
        let needs = try await client.object(
            "POST", "/configuration/edits",
            #"{"dry_run": true, "edits": [{"op": "set", "path": ["web", "port"], "value": 8181}]}"#)
        #expect(needs["restart_sections"] as? [String] == ["web"])
        try await site.stop()
    }

    @Test(
        "SIGHUP reads the file anew: one with mistakes is refused with its lines, and only what changed starts again",
        .enabled(if: DaemonProcess.isThere))
    func hangUp() async throws {
        let server = try RTSPServer(streams: ["cam": DaemonSite.sample])
        defer { server.stop() }
        let site = try DaemonSite()
        let camera = "{id: dock, name: Dock, url: \"\(server.url("cam"))\"}"
        let file = try site.configurationFile("cameras: [\(camera)]")
        let text = try String(contentsOf: file, encoding: .utf8)
        let port = try AislewatchConfiguration.load(path: file.path, environment: [:]).web.port
        let daemon = try DaemonProcess(file)
        await daemon.wait(for: "watching 1 camera")
        let store = try await DaemonSite.eventually(withinSeconds: 120, "a database") { try? site.store() }
        let client = APIClient(
            port: port, secret: try store.unwatched.addToken(name: "t", role: .admin, by: "test").secret)
        _ = try await DaemonSite.eventually(withinSeconds: 120, "a picture") { await client.isOnline() ? true : nil }

        try Data(text.replacingOccurrences(of: "name: Dock", with: "nmae: Dock").utf8).write(to: file)
        daemon.signal(SIGHUP)
        await daemon.wait(for: "SIGHUP: the configuration stays as it was")
        #expect(daemon.isRunning && daemon.text.contains("site.yaml:1:"), "\(daemon.text.suffix(2000))")
        #expect(daemon.text.contains("did you mean \"name\""))
        #expect(try await client.object("GET", "/cameras/dock")["name"] as? String == "Dock")

        let other = "{id: gate, name: Gate, url: \"\(server.url("cam"))\"}"
        let next = text.replacingOccurrences(of: camera, with: camera.replacing("Dock", with: "Dock 1") + ", " + other)
            .replacingOccurrences(of: "port: \(port)", with: "port: 8181")
        try Data(next.utf8).write(to: file)
        daemon.signal(SIGHUP)
        await daemon.wait(for: "SIGHUP: the configuration has been read anew")
        let cameras = try await client.object("GET", "/cameras")["cameras"] as? [[String: Any]] ?? []
        #expect(cameras.compactMap { $0["name"] as? String } == ["Dock 1", "Gate"])
        await daemon.wait(for: "changes of web hold only after a restart")
        let status = try await client.object("GET", "/status")["cameras"] as? [[String: Any]] ?? []
        #expect(status.first { $0["id"] as? String == "dock" }?["reconnects"] as? Int == 0)
        _ = await daemon.terminate()
        #expect(daemon.status == 0)
    }
}
