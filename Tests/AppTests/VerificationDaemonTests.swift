import Domain
import Foundation
import Settings
import Storage
import TestSupport
import Testing

@testable import App

/// A real camera server, the whole daemon, a receiver of alerts, and a local server that is asked to verify incidents. How each
/// kind of answer is taken is shown by ``VerificationServiceTests``; here, what goes out when.
@Suite("Verification in the running daemon", .serialized)
struct VerificationDaemonTests {
    private static let yes = """
        {"choices": [{"message": {"content": \
        "{\\"happened\\": true, \\"description\\": \\"A box fell.\\", \\"severity\\": \\"high\\"}"}}]}
        """

    private func configuration(
        _ site: DaemonSite, camera: RTSPServer, receiver: HTTPStub, server: HTTPStub, verify: String
    ) throws -> AislewatchConfiguration {
        try site.configuration(
            """
            cameras: [{id: aisle-4, name: Aisle 4 cam, url: "\(camera.url("aisle"))"}]
            recording: {pre_roll_seconds: 2, post_roll_seconds: 3}
            alerts:
              public_base_url: http://127.0.0.1:9
              channels: [{name: hook, type: webhook, url: "\(receiver.baseURL)/alerts"}]
            second_look: {base_url: "\(server.baseURL)/v1", model: see-1, \(verify)}
            """)
    }

    @Test("text-first: the text is out before a slow server answers; what it says follows", .timeLimit(.minutes(20)))
    func textFirst() async throws {
        let receiver = try HTTPStub(then: .respond(200))
        defer { receiver.stop() }
        // Answers only once the text has arrived: a daemon that waited for it would never hear it.
        let server = try HTTPStub { _, _ in
            let arrived = DispatchSemaphore(value: 0)
            Task {
                await receiver.waitForRequests(1)
                arrived.signal()
            }
            arrived.wait()
            return .respond(200, body: Self.yes)
        }
        defer { server.stop() }
        let camera = try RTSPServer(streams: ["aisle": DaemonSite.sample], once: true, waits: true)
        defer { camera.stop() }
        let site = try DaemonSite()
        site.start(
            try configuration(
                site, camera: camera, receiver: receiver, server: server,
                verify: "verify: text-first, time_limit_seconds: 120"))
        _ = try await site.eventually(playing: camera, "a text") { receiver.requests.first }
        let store = try site.store()
        let looked = try await DaemonSite.eventually(withinSeconds: 120, "the model's answer") {
            try store.unwatched.incidents().first { $0.verification != nil }
        }
        #expect(looked.verification?.description == "A box fell." && looked.kind == .fallingObject)
        #expect(receiver.requests.first?.body.contains("Object fell") == true)
        #expect(server.requests.first?.target == "/v1/chat/completions")
        try await site.stop()
    }

    @Test("hold: a server that never answers holds the text for so long and no longer", .timeLimit(.minutes(20)))
    func hold() async throws {
        let receiver = try HTTPStub(then: .respond(200))
        defer { receiver.stop() }
        let server = try HTTPStub(then: .silence)
        defer { server.stop() }
        let camera = try RTSPServer(streams: ["aisle": DaemonSite.sample], once: true, waits: true)
        defer { camera.stop() }
        let site = try DaemonSite()
        site.start(
            try configuration(
                site, camera: camera, receiver: receiver, server: server, verify: "verify: hold, hold_seconds: 12"))
        _ = try await site.eventually(playing: camera, "a question") { server.requests.first }
        let asked = ContinuousClock.now
        #expect(receiver.requests.isEmpty)
        await receiver.waitForRequests(1)
        // It was held, not sent at once: most of the time has passed, however slow the machine.
        #expect(ContinuousClock.now - asked > .seconds(1))
        let store = try site.store()
        let incident = try #require(try store.unwatched.incidents().first)
        #expect(incident.verification == nil && incident.stage != .candidate)
        try await site.stop()
    }
}
