import Camera
import Domain
import Foundation
import Settings
import Storage
import TestSupport
import Testing

@testable import App

@Suite("Clicks and followed objects over the API", .timeLimit(.minutes(20)))
struct FollowTests {
    @Test("a click gives a mask with the click in it; what is followed is still followed after a restart")
    func restart() async throws {
        let server = try RTSPServer(streams: ["cam": DaemonSite.sample])
        let site = try DaemonSite(environment: ProcessInfo.processInfo.environment)
        let configuration = try site.configuration("cameras: [{id: dock, url: \"\(server.url("cam"))\"}]")
        site.start(configuration)
        let store = try await DaemonSite.eventually(withinSeconds: 300, "a database") { try? site.store() }
        let client = APIClient(
            port: configuration.web.port,
            secret: try store.unwatched.addToken(name: "t", role: .admin, by: "test").secret)
        _ = try await DaemonSite.eventually(withinSeconds: 300, "a picture") {
            await client.isOnline() ? true : nil
        }
        let click = #"{"positive": [[0.5, 0.6]]}"#
        let segment = try await client.object("POST", "/cameras/dock/segment", click)
        let candidates = try #require(segment["candidates"] as? [[String: Any]])
        let mask = try JSONDecoder().decode(
            Mask.self, from: JSONSerialization.data(withJSONObject: try #require(candidates.first?["mask"])))
        #expect(mask.contains(Point(x: 320, y: 216)) && mask.area > 50)
        let gone = try await client.send(
            "POST", "/cameras/dock/segment", #"{"time":{"epoch":99,"pts90k":1},"positive":[[0.5,0.5]]}"#)
        #expect(gone.0 == 409)

        let follow = try await client.object(
            "POST", "/follows",
            #"{"camera":"dock","click":\#(click),"name":"pallet","conditions":["moves"]}"#)
        let id = try #require(follow["id"] as? String)
        let (status, picture) = try await client.send("GET", "/follows/\(id)/picture.jpg")
        #expect(status == 200 && picture.prefix(2) == Data([0xFF, 0xD8]))
        // As many as are possible, and one more.
        for _ in 1..<TrackedTargets.maxPerCamera {
            _ = try await client.object("POST", "/follows", #"{"camera":"dock","click":\#(click)}"#)
        }
        let full = try await client.send("POST", "/follows", #"{"camera":"dock","click":\#(click)}"#)
        #expect(full.0 == 409 && String(decoding: full.1, as: UTF8.self).contains("4 objects are followed"))
        let all = try await client.object("GET", "/follows")["follows"] as? [[String: Any]] ?? []
        #expect(all.count == TrackedTargets.maxPerCamera)
        for more in all.compactMap({ $0["id"] as? String }) where more != id {
            #expect(try await client.send("DELETE", "/follows/\(more)").0 == 204)
        }
        try await site.stop()

        site.start(configuration)
        let state = try await DaemonSite.eventually(withinSeconds: 300, "looked for again") { () -> String? in
            guard let follows = try? await client.object("GET", "/follows")["follows"] as? [[String: Any]],
                let first = follows.first, first["id"] as? String == id, first["track"] != nil
            else { return nil }
            let state = first["state"] as? String
            return state == "waiting" ? nil : state
        }
        #expect(state == "present" || state == "lost")
        let (removed, _) = try await client.send("DELETE", "/follows/\(id)")
        #expect(removed == 204)
        #expect(try store.unwatched.follows().isEmpty)
        try await site.stop()
    }
}
