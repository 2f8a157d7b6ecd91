import Domain
import Foundation
import Storage
import Testing

@testable import Web

@Suite("What keeps people from being told")
struct AttentionTests {
    private func items(_ api: APISite) async throws -> [[String: Any]] {
        let answer = try await api.send(.get, "/api/v1/attention", as: .viewer)
        #expect(answer.status == .ok, "\(answer.text)")
        let object = try JSONSerialization.jsonObject(with: answer.data) as? [String: Any]
        return object?["items"] as? [[String: Any]] ?? []
    }

    @Test("a snooze says who, why and until when; a dark camera, a failing channel and an empty shift are said too")
    func causes() async throws {
        let api = try APISite(services: { $0.alertCoverage = { _ in .nobodyOnShift } })
        let kept = try api.site.store.unwatched.add(
            Snooze(from: Site.start, until: Site.start + 3600, by: "chief", reason: "Stocktaking"))
        let alert = PlannedAlert(channel: "sms", recipient: "+491", text: "x")
        let sent = try api.site.store.unwatched.enqueue([alert], name: "attention")
        let message = try #require(sent.first)
        _ = try api.site.store.unwatched.beginAttempt(message.id)
        _ = try api.site.store.unwatched.markDead(message.id, error: "the token is refused")
        let found = try await items(api)
        func one(_ kind: String) -> [String: Any]? { found.first { $0["kind"] as? String == kind } }
        let snooze = try #require(one("snooze"))
        #expect(snooze["by"] as? String == "chief" && snooze["id"] as? String == String(kept.id))
        #expect(snooze["reason"] as? String == "Stocktaking" && snooze["until"] != nil)
        #expect(one("camera_offline")?["camera_name"] as? String == "Cam aisle-4")
        #expect(one("channel_failing")?["text"] as? String == "the token is refused")
        #expect(one("nobody_on_shift") != nil)
    }

    @Test("a channel for devices that nobody has turned on is said, and leads nowhere else")
    func noDevice() async throws {
        let found = try await items(try APISite(services: { $0.alertCoverage = { _ in .noDevice } }))
        #expect(found.contains { $0["kind"] as? String == "no_device" && $0["severity"] as? String == "high" })
    }

    @Test("times without a picture are listed while they touch what is asked for, closed ones with their end")
    func gaps() async throws {
        let api = try APISite()
        let camera = try #require(CameraID(rawValue: "aisle-4"))
        let store = api.site.store.unwatched
        let notice = OperationalNotice.cameraOffline(camera, since: Site.start)
        try store.open(notice, id: "01n", text: "dark", at: Site.start + 60) { _ in [] }
        try store.close(notice.key, at: Site.start + 300) { _ in "" }
        func gaps(_ from: Double, _ to: Double) async throws -> [[String: Any]] {
            let style = Date.ISO8601FormatStyle()
            let range = "from=\((Site.start + from).formatted(style))&to=\((Site.start + to).formatted(style))"
            let answer = try await api.send(.get, "/api/v1/gaps?\(range)", as: .viewer)
            let object = try JSONSerialization.jsonObject(with: answer.data) as? [String: Any]
            return object?["gaps"] as? [[String: Any]] ?? []
        }
        let found = try await gaps(100, 200)
        #expect(found.count == 1 && found.first?["camera"] as? String == "aisle-4" && found.first?["to"] != nil)
        #expect(try await gaps(301, 400).isEmpty)
        let wrong = try await api.send(.get, "/api/v1/gaps?from=yesterday", as: .viewer)
        #expect(wrong.status == .badRequest)
    }

    @Test("a site that is well has nothing to say but that its still cameras are off")
    func nothing() async throws {
        let found = try await items(try APISite())
        #expect(found.allSatisfy { $0["kind"] as? String == "camera_offline" }, "\(found)")
    }
}
