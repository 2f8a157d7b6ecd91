import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Storage
import TestSupport
import Testing

@testable import Web

/// Everything of one camera, and an account that doesn't see it. Whatever the API can do is walked through.
@Suite("Rights by camera", .timeLimit(.minutes(5)))
struct CameraRightsTests {
    /// The camera that is not seen is called `dock` here, and so is everything about it.
    private let site: FullSite
    private var api: APISite { site.api }
    private var store: StoreAccess { site.api.site.store.unwatched }
    private let secret: String
    /// A token with the same rights.
    private let token: String
    private let ids: [String: String]

    init() throws {
        site = try FullSite()
        let api = site.api, store = api.site.store.unwatched
        let aisle = try #require(CameraID(rawValue: "aisle-4")), dock = try #require(CameraID(rawValue: "dock"))
        let password = try PasswordHash(APISite.password, cost: APISite.cost)
        try store.addAccount("limited", password: password, role: .operator, cameras: [aisle])
        secret = try store.openSession("limited", expiresAt: api.site.clock.now() + 3600)
        token = try store.addToken(name: "t", role: .operator, by: "chief", cameras: [aisle]).secret
        var incident = api.site.incident
        incident = Incident(
            id: IncidentID(rawValue: "09dock"), camera: dock, kind: .spill, severity: .high, start: incident.start,
            end: incident.end, confirmed: incident.confirmed, startDate: Site.start, endDate: Site.start + 1,
            confirmedDate: Site.start + 1, region: incident.region, frameSize: incident.frameSize)
        try store.commit(.new(incident))
        let clip = Clip(
            id: ClipID(rawValue: "09dockclip"), camera: dock, path: "dock/2026-05-28/09dockclip.mp4",
            startDate: Site.start, start: MediaTime(seconds: 1))
        try store.insert(clip, incidents: [incident.id])
        let folder = api.site.directory.file("dock/2026-05-28")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["09dockclip.mp4", "09dockclip.jpg", "09dockclip.json"] {
            try Data("{}".utf8).write(to: folder.appending(path: name))
        }
        try store.finish(clip.id, durationSeconds: 1, bytes: 2, sha256: String(repeating: "0", count: 64))
        let now = api.site.clock.now()
        let suppression = try store.addSuppression(
            Suppression(of: incident, from: now, until: now + 3600, by: "chief"))
        let snooze = try store.add(Snooze(camera: dock, from: now, until: now + 3600, by: "chief"))
        ids = [
            "camera": "dock", "incident": "09dock", "clip": "09dockclip", "follow": "01follow",
            "suppression": String(suppression.id), "snooze": String(snooze.id),
        ]
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, json: String? = nil, byToken: Bool = false
    ) async throws -> TestResponse {
        if byToken {
            return try await api.send(method, path, json: json, headers: [.authorization: "Bearer \(token)"])
        }
        var headers: HTTPFields = [.cookie: "\(APIRouter.cookie)=\(secret)"]
        if let name = HTTPField.Name("X-CSRF-Token") { headers[name] = APIRouter.csrf(secret: secret) }
        return try await api.send(method, path, json: json, headers: headers)
    }

    /// Bodies that would be done, were the camera seen.
    private static let click = #"{"time":{"epoch":0,"pts90k":9000},"positive":[[0.5,0.5]]}"#
    private static let bodies: [String: String] = [
        "POST /api/v1/cameras/{camera}/segment": click,
        "POST /api/v1/cameras/{camera}/objects": #"{"text":"the drum"}"#,
        "POST /api/v1/cameras/{camera}/trigger": #"{"reason":"bell"}"#,
        "PUT /api/v1/incidents/{incident}/review": #"{"verdict":"confirmed"}"#,
        "PUT /api/v1/incidents/{incident}/protection": #"{"protected":true}"#,
        "POST /api/v1/incidents/{incident}/handling": #"{"action":"comment","text":"x"}"#,
        "PATCH /api/v1/follows/{follow}": #"{"name":"x"}"#,
        "POST /api/v1/follows/{follow}/correct": click,
        "POST /api/v1/follows": #"{"camera":"dock","click":\#(click)}"#,
        "POST /api/v1/snoozes": #"{"minutes":5,"camera":"dock"}"#,
    ]

    @Test(
        "no path leads to a camera that the account or token doesn't see, nor to anything about it",
        arguments: [false, true])
    func everyPath(byToken: Bool) async throws {
        #expect(try store.follows().first?.object.camera.rawValue == "dock")
        var named: Set<String> = [], listed: Set<String> = []
        for operation in api.server.operations.sorted(by: { ($0.path, $0.method) < ($1.path, $1.method) }) {
            guard let role = operation.role, role <= .operator else { continue }
            let method = try #require(HTTPRequest.Method(operation.method)),
                name = "\(operation.method) \(operation.path)"
            // A day is nobody's.
            let asked = operation.path.replacing("{day}", with: "2026-05-28")
            let path = ids.reduce(asked) { $0.replacing("{\($1.key)}", with: $1.value) }
            // The account's own things, what is the same for everybody, and the stream, which has a test of its own.
            let isOwn = path.hasPrefix("/api/v1/session")
            if isOwn || ["/api/v1/events", "/api/v1/openapi.yaml", "/api/v1/rules"].contains(path) { continue }
            if path != asked {
                named.insert(name)
                let answer = try await send(
                    method, path, json: Self.bodies[name] ?? (method == .get ? nil : "{}"), byToken: byToken)
                #expect(answer.status == .notFound, "\(name): \(answer.status) \(answer.text.prefix(200))")
                #expect(!answer.text.contains("dock"), "\(name): \(answer.text.prefix(200))")
            } else if method == .get {
                listed.insert(name)
                let query = path == "/api/v1/ask" ? "?q=what%20fell" : ""
                let answer = try await send(method, path + query, byToken: byToken)
                #expect(answer.status == .ok, "\(name)")
                #expect(!answer.text.contains("dock"), "\(name): \(answer.text)")
            } else {
                let body = try #require(Self.bodies[name], "\(name) has no body here")
                let answer = try await send(method, path, json: body, byToken: byToken)
                #expect([404, 422].contains(answer.status.code), "\(name): \(answer.status)")
            }
        }
        // Without these the walk would have shown nothing.
        #expect(
            named.count > 20
                && listed.isSuperset(of: ["GET /api/v1/cameras", "GET /api/v1/incidents", "GET /api/v1/days/{day}"]))
        let unlimited = try await api.send(.get, "/api/v1/incidents", as: .viewer)
        #expect(unlimited.text.contains("09dock"))
        #expect(try store.review(of: IncidentID(rawValue: "09dock")) == nil)
        #expect(try store.snoozes(at: api.site.clock.now()).contains { $0.camera?.rawValue == "dock" })
    }

    @Test("what the account does see it sees and does as others")
    func seen() async throws {
        #expect(try await send(.get, "/api/v1/incidents").text.contains("01incident"))
        #expect(try await send(.get, "/api/v1/incidents/01incident").status == .ok)
        #expect(try await send(.get, "/api/v1/clips/01clip/video.mp4").status == .ok)
        #expect(
            try await send(.put, "/api/v1/incidents/01incident/review", json: #"{"verdict":"confirmed"}"#).status == .ok
        )
    }

    @Test("a page of the list is full, whatever lies between")
    func pages() async throws {
        let answer = try await send(.get, "/api/v1/incidents?limit=2")
        struct Page: Decodable {
            struct Item: Decodable { var camera: String }
            var incidents: [Item]
        }
        let page = try JSONDecoder().decode(Page.self, from: answer.data)
        #expect(page.incidents.map(\.camera) == ["aisle-4", "aisle-4"])
        #expect(try await send(.get, "/api/v1/incidents?camera=dock").text.contains(#""incidents":[]"#))
    }

    @Test("what concerns every camera is not theirs to change")
    func everything() async throws {
        let now = api.site.clock.now()
        #expect(try await send(.post, "/api/v1/snoozes", json: #"{"minutes":5}"#).status == .forbidden)
        let all = try store.add(Snooze(from: now, until: now + 600, by: "chief"))
        #expect(try await send(.get, "/api/v1/snoozes").text.contains(#""id":"\#(all.id)""#))
        #expect(try await send(.delete, "/api/v1/snoozes/\(all.id)").status == .forbidden)
        #expect(!(try await send(.get, "/api/v1/status")).text.contains("late"), "the log names any camera")
    }

    @Test("a click on a clip of another camera finds no clip")
    func foreignClip() async throws {
        let body = #"{"clip":"09dockclip","seconds":0,"positive":[[0.5,0.5]]}"#
        let answer = try await send(.post, "/api/v1/cameras/aisle-4/segment", json: body)
        #expect(answer.status == .notFound)
    }

    @Test("events are those of the cameras that are seen")
    func events() async throws {
        let aisle = try #require(CameraID(rawValue: "aisle-4")), dock = try #require(CameraID(rawValue: "dock"))
        let hub = api.services.hub
        let limited = hub.subscribe(.init(cameras: [aisle], isLimited: true, wantsScenes: true, wantsScores: true))
        hub.publish(.camera(CameraView(id: dock, name: "Cam dock", state: .offline)))
        hub.publish(.incidentChanged(IncidentID(rawValue: "09dock")))
        hub.publish(.incident(.new(try #require(try store.incident(IncidentID(rawValue: "09dock"))))))
        hub.publish(.warning(LogWarning(at: Site.start, level: "warning", message: "dock: late")))
        hub.publish(.incidentChanged(IncidentID(rawValue: "01incident")))
        hub.publish(.camera(CameraView(id: aisle, name: "Cam", state: .offline)))
        var events = limited.events.makeAsyncIterator()
        let first = try #require(await events.next()), second = try #require(await events.next())
        #expect(String(buffer: first).contains("01incident") && String(buffer: second).contains("event: camera"))
        #expect(!String(buffer: first).contains("dock") && !String(buffer: second).contains("dock"))
        for byToken in [false, true] {
            let asked = try await send(.get, "/api/v1/events?camera=dock", byToken: byToken)
            #expect(asked.status == .notFound)
        }
    }

    @Test("a token gets its cameras when it is made; an administrator's sees every one")
    func tokens() async throws {
        func make(_ json: String) async throws -> TestResponse {
            try await api.send(.post, "/api/v1/tokens", as: .admin, json: json)
        }
        let made = try await make(#"{"name":"board","role":"viewer","cameras":["dock"]}"#)
        #expect(made.status == .created && made.text.contains(#""cameras":["dock"]"#))
        let headers: HTTPFields = [.authorization: "Bearer \(try #require(made["secret"]))"]
        let seen = try await api.send(.get, "/api/v1/cameras", headers: headers)
        #expect(seen.text.contains("dock") && !seen.text.contains("aisle-4"))
        #expect(try await api.send(.get, "/api/v1/incidents/01incident", headers: headers).status == .notFound)
        #expect(try await api.send(.get, "/api/v1/tokens", as: .admin).text.contains(#""cameras":["dock"]"#))
        #expect(try store.auditEntries(limit: 1).first?.detail == "role viewer, cameras dock")
        #expect(try await make(#"{"name":"x","role":"admin","cameras":["dock"]}"#).status == .unprocessableContent)
        #expect(try await make(#"{"name":"x","role":"viewer","cameras":["Not an id"]}"#).status == .badRequest)
        #expect(try await make(#"{"name":"all","role":"admin","cameras":null}"#).status == .created)
    }

    @Test("an administrator sees every camera, and who loses cameras is signed out")
    func changes() async throws {
        let admin = try await api.send(
            .patch, "/api/v1/users/admin1", as: .admin, json: #"{"cameras":["aisle-4"]}"#)
        #expect(admin.status == .unprocessableContent)
        let raised = try await api.send(.patch, "/api/v1/users/limited", as: .admin, json: #"{"role":"admin"}"#)
        #expect(raised.status == .unprocessableContent)
        #expect(
            try await api.send(.patch, "/api/v1/users/limited", as: .admin, json: #"{"cameras":["Not an id"]}"#).status
                == .badRequest)
        let none = try await api.send(.patch, "/api/v1/users/limited", as: .admin, json: #"{"cameras":[]}"#)
        #expect(none.status == .ok && none.text.contains(#""cameras":[]"#))
        #expect(try await send(.get, "/api/v1/cameras").status == .unauthorized)
        let all = try await api.send(.patch, "/api/v1/users/limited", as: .admin, json: #"{"cameras":null}"#)
        #expect(all.status == .ok && !all.text.contains("cameras"))
        let other = try await api.send(.patch, "/api/v1/users/limited", as: .admin, json: #"{"role":"viewer"}"#)
        #expect(other.status == .ok)
        #expect(try store.account("limited")?.cameras == nil)
    }
}
