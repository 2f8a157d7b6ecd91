import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Storage
import TestSupport
import Testing

@testable import Web

/// Every answer of the API beside the document that describes it, in both directions.
@Suite("The description and the answers", .timeLimit(.minutes(5)))
struct DescribedAnswersTests {
    /// Compares answers, and notes what came.
    private final class Comparison {
        private let document: OpenAPIDocument
        private(set) var answered: Set<String> = []
        private(set) var seen: Set<String> = []
        private(set) var described: Set<String> = []

        init() throws { document = try OpenAPIDocument() }

        /// - Parameter path: As the document spells it.
        func check(_ answer: TestResponse, _ method: HTTPRequest.Method, _ path: String) throws {
            let name = "\(method.rawValue) \(path) \(answer.status.code)"
            answered.insert(name)
            guard let schema = document.schema(method, path, status: answer.status.code) else {
                let isJSON = answer.headers[.contentType]?.hasPrefix("application/json") ?? false
                #expect(!isJSON, "\(name) is JSON, and not described: \(answer.text.prefix(300))")
                return
            }
            try check(answer.data, schema, "\(method.rawValue) \(path)")
        }

        func check(_ json: Data, _ schema: OpenAPIDocument.Object, _ place: String) throws {
            let value = try JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed)
            let complaints = document.complaints(about: value, schema, at: place, seen: &seen)
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
            described.formUnion(document.places(schema, at: place))
        }

        func check(event: String) throws {
            let schemas = [
                "tracks": "TracksEvent", "scores": "ScoresEvent", "incident": "IncidentEvent", "follow": "Follow",
                "camera": "Camera", "warning": "Warning", "configuration": "ConfigurationEvent",
            ]
            let lines = event.split(separator: "\n")
            let name = String(try #require(lines.first).dropFirst("event: ".count))
            let schema = document.component(try #require(schemas[name]))
            try check(
                Data(try #require(lines.dropFirst().first).dropFirst("data: ".count).utf8), schema, "event \(name)")
            answered.insert("event \(name)")
        }

        /// What the document promises and no answer had.
        func missing() -> [String] {
            let successes = Set(document.successes().filter(\.value).keys)
            return
                (successes.subtracting(answered).map { "\($0) was not answered" }
                + described.subtracting(seen).map { "\($0) is described, and no answer had it" }).sorted()
        }
    }

    @Test("each answer has what the document names and nothing else, and all that it names comes")
    func answers() async throws {
        let site = try FullSite(), comparison = try Comparison()
        func send(
            _ method: HTTPRequest.Method, _ path: String, _ values: [String: String] = [:], json: String? = nil,
            query: String = "", as role: Role? = .admin
        ) async throws -> TestResponse {
            let whole = values.reduce(path) { $0.replacing("{\($1.key)}", with: $1.value) } + query
            let answer = try await site.api.send(method, whole, as: role, json: json)
            try comparison.check(answer, method, path)
            return answer
        }
        let v1 = "/api/v1"
        _ = try await send(.get, "/health", as: nil)
        _ = try await send(.get, v1 + "/setup", as: nil)
        // Mistakes.
        #expect(try await send(.get, v1 + "/status", as: nil).status == .unauthorized)
        #expect(try await send(.get, v1 + "/incidents/{incident}", ["incident": "none"]).status == .notFound)

        let signIn = #"{"name":"viewer1","password":"\#(APISite.password)"}"#
        #expect(try await send(.post, v1 + "/session", json: signIn, as: nil).status == .ok)
        _ = try await send(.get, v1 + "/session")
        _ = try await send(.get, v1 + "/session/ways", as: nil)
        #expect(try await send(.post, v1 + "/session/proxy", as: nil).status == .unauthorized)
        let named = try await site.api.server.application.test(.live) { client in
            let header = try #require(HTTPField.Name("X-Forwarded-User"))
            return try await client.execute(
                uri: v1 + "/session/proxy", method: .post, headers: [header: "viewer1"])
        }
        #expect(named.status == .ok)
        try comparison.check(named, .post, v1 + "/session/proxy")

        // The own account.
        let factor = v1 + "/session/second-factor", password = #"{"password":"\#(APISite.password)"}"#
        _ = try await send(.get, factor)
        _ = try await send(.post, factor, json: password)
        let begun = try #require(try site.api.site.store.unwatched.beginSecondFactor(of: "admin1"))
        func code() -> String { begun.code(at: site.api.site.clock.now()) }
        _ = try await send(.post, factor + "/confirm", json: #"{"code":"\#(code())"}"#)
        _ = try await send(.get, factor)
        _ = try await send(.post, factor + "/codes", json: password)
        site.api.site.clock.advance(seconds: 30)
        _ = try await send(
            .post, factor + "/remove", json: #"{"password":"\#(APISite.password)","code":"\#(code())"}"#)
        let viewer = try #require(try site.api.site.store.unwatched.beginSecondFactor(of: "viewer1"))
        _ = try site.api.site.store.unwatched.confirmSecondFactor(
            of: "viewer1", code: viewer.code(at: site.api.site.clock.now()))
        _ = try await send(.delete, v1 + "/users/{user}/second-factor", ["user": "viewer1"])
        let device = try await send(.post, v1 + "/session/devices", json: PushDeviceTests.subscription())
        try site.api.site.store.unwatched.notePush(
            "admin1/\(try #require(device["id"]))", at: site.api.site.clock.now())
        _ = try await send(.post, v1 + "/session/devices", json: PushDeviceTests.subscription())
        _ = try await send(.get, v1 + "/session/devices")
        let named1 = ["device": try #require(device["id"])]
        _ = try await send(.post, v1 + "/session/devices/{device}/test", named1)
        _ = try await send(.delete, v1 + "/session/devices/{device}", named1)
        _ = try await send(.get, v1 + "/sessions")
        let elsewhere = try site.api.site.store.unwatched.openSession(
            "admin1", expiresAt: site.api.site.clock.now() + 600)
        _ = try await send(
            .delete, v1 + "/sessions/{session}", ["session": StoreAccess.sessionID(of: elsewhere)])
        _ = try await send(.delete, v1 + "/sessions")

        // Live.
        _ = try await send(.get, v1 + "/cameras")
        _ = try await send(.get, v1 + "/cameras/{camera}", ["camera": "dock"])
        let click = #"{"time":{"epoch":0,"pts90k":9000},"positive":[[0.5,0.5]]}"#
        _ = try await send(.post, v1 + "/cameras/{camera}/segment", ["camera": "dock"], json: click)
        _ = try await send(
            .post, v1 + "/cameras/{camera}/objects", ["camera": "dock"],
            json: #"{"time":{"epoch":0,"pts90k":9000},"text":"the drum"}"#)
        _ = try await send(.post, v1 + "/cameras/{camera}/trigger", ["camera": "dock"], json: #"{"reason":"bell"}"#)
        _ = try await send(.post, v1 + "/cameras/test", json: #"{"url":"rtsp://camera.example/1"}"#)
        let follow = ["follow": "01follow"]
        _ = try await send(.get, v1 + "/follows")
        _ = try await send(.post, v1 + "/follows", json: #"{"camera":"dock","click":\#(click)}"#)
        _ = try await send(.get, v1 + "/follows/{follow}", follow)
        _ = try await send(.get, v1 + "/follows/{follow}/mask", follow)
        _ = try await send(.patch, v1 + "/follows/{follow}", follow, json: #"{"name":"the grey box"}"#)
        _ = try await send(.post, v1 + "/follows/{follow}/correct", follow, json: click)
        _ = try await send(.delete, v1 + "/follows/{follow}", follow)

        // Incidents.
        let incident = ["incident": "01incident"], path = v1 + "/incidents/{incident}"
        _ = try await send(.put, path + "/review", incident, json: #"{"verdict":"confirmed","note":"a box"}"#)
        _ = try await send(.put, path + "/protection", incident, json: #"{"protected":true}"#)
        _ = try await send(.post, path + "/acknowledgement", incident)
        for step in [
            #"{"action":"state","text":"on_the_way"}"#, #"{"action":"assign","text":"ben"}"#,
            #"{"action":"tick","text":"Close the aisle"}"#,
        ] { _ = try await send(.post, path + "/handling", incident, json: step) }
        let photos = path + "/photos", picture = HTTPFields([.init(name: .contentType, value: "image/jpeg")])
        let photo = try await site.api.send(
            .post, photos.replacing("{incident}", with: "01incident") + "?text=dry", as: .admin,
            body: HandlingTests.jpeg, headers: picture)
        #expect(photo.status == .ok)
        try comparison.check(photo, .post, photos)
        let suppression = try await send(.post, path + "/suppress", incident, json: #"{"hours":2}"#)
        _ = try await send(.post, path + "/links", incident, json: "{}")
        _ = try await send(.get, path, incident)
        _ = try await send(.get, v1 + "/incidents", query: "?limit=2")
        _ = try await send(.get, v1 + "/incidents")
        _ = try await send(.get, v1 + "/ask", query: "?q=how%20many%20spills%20between%208%20and%2010%3F&drop=1")
        _ = try await send(.get, v1 + "/ask", query: "?q=what%20fell")
        _ = try await send(.get, v1 + "/days/{day}", ["day": "2026-05-28"])
        _ = try await send(.get, v1 + "/clips/{clip}/tracks.json", ["clip": "01clip"])
        for answer in ScriptedCopies.all(part: site.api.site.directory.file("part.mp4")) {
            site.copies.set([answer])
            let copy = try await send(
                .post, v1 + "/clips/{clip}/copy", ["clip": "01clip"], json: #"{"from_seconds":3}"#)
            #expect(copy.status == .ok)
        }
        _ = try await send(.get, v1 + "/suppressions")
        _ = try await send(
            .delete, v1 + "/suppressions/{suppression}", ["suppression": try #require(suppression["id"])])
        let snooze = try await send(
            .post, v1 + "/snoozes", json: #"{"minutes":5,"camera":"dock","kind":"spill","reason":"cleaning"}"#)
        _ = try await send(.get, v1 + "/snoozes")
        _ = try await send(.delete, v1 + "/snoozes/{snooze}", ["snooze": try #require(snooze["id"])])

        _ = try await send(.get, v1 + "/attention")
        _ = try await send(.get, v1 + "/gaps")

        // Settings.
        _ = try await send(.get, v1 + "/rules")
        _ = try await send(.get, v1 + "/cameras/{camera}/sensitivity", ["camera": "dock"], query: "?days=31")
        _ = try await send(.get, v1 + "/configuration")
        _ = try await send(.get, v1 + "/configuration/values")
        _ = try await send(.get, v1 + "/configuration/settings")
        _ = try await send(.put, v1 + "/configuration", json: #"{"text":"cameras: []"}"#)
        #expect(
            try await send(.put, v1 + "/configuration", json: #"{"text":"wrong"}"#).status == .unprocessableContent)
        _ = try await send(
            .post, v1 + "/configuration/edits", json: #"{"edits":[{"op":"remove","path":["site"]}]}"#)
        _ = try await send(.post, v1 + "/configuration/undo")
        _ = try await send(.get, v1 + "/configuration/history")
        _ = try await send(
            .post, v1 + "/configuration/history/{version}", ["version": "1"], json: #"{"dry_run":true}"#)
        _ = try await send(.delete, v1 + "/configuration/history")
        _ = try await send(.get, v1 + "/channels")
        _ = try await send(.post, v1 + "/channels/{channel}/test", ["channel": "phone"])

        // The machine, and who may do what.
        _ = try await send(.get, v1 + "/status")
        let user = #"{"name":"berta","password":"\#(APISite.password)","role":"viewer","cameras":["dock"]}"#
        _ = try await send(.post, v1 + "/users", json: user)
        _ = try await send(.patch, v1 + "/users/{user}", ["user": "berta"], json: #"{"role":"operator"}"#)
        _ = try await send(.get, v1 + "/users")
        _ = try await send(.delete, v1 + "/users/{user}", ["user": "berta"])
        let token = try await send(
            .post, v1 + "/tokens", json: #"{"name":"wms","role":"viewer","days":1,"cameras":["dock"]}"#)
        let bearer: HTTPFields = [.authorization: "Bearer \(try #require(token["secret"]))"]
        #expect(try await site.api.send(.get, v1 + "/cameras", headers: bearer).status == .ok)
        _ = try await send(.get, v1 + "/tokens")
        _ = try await send(.delete, v1 + "/tokens/{token}", ["token": try #require(token["id"])])
        _ = try await send(.get, v1 + "/audit")

        for event in try await site.events() { try comparison.check(event: event) }

        // The first account, on a site that has none.
        let fresh = try APISite(accounts: false)
        let path0 = try #require(fresh.services.setup.path), setupToken = path0.dropFirst("/#/setup/".count)
        let made = try await fresh.send(
            .post, v1 + "/setup",
            json: #"{"token":"\#(setupToken)","name":"anna","password":"\#(APISite.password)"}"#)
        try comparison.check(made, .post, v1 + "/setup")

        // A token that was made just now.
        #expect(comparison.missing() == ["POST /api/v1/tokens.last_used_at is described, and no answer had it"])
    }

    /// As in `time_zone`, not `timeZone`.
    @Test("the pages read properties as the document spells them")
    func pages() throws {
        let names = try OpenAPIDocument().names()
        // What stands in the configuration is no part of the document.
        let configuration = try String(
            contentsOf: TestSite.root.appending(path: "configs/aislewatch.yaml"), encoding: .utf8)
        let folder = APISite.assets.appending(path: "js")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var wrong: [String] = [], count = 0
        for case let file as URL in files where file.pathExtension == "js" {
            count += 1
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: #/(?:^|[^\w.])(\w+)\??\.([a-z]+[A-Z]\w*)\b(?!\s*\()/#) {
                let name = String(match.2)
                let spelled = name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
                // Of its own state a page may have a property of any name.
                guard match.1 != "this", names.contains(spelled), !names.contains(name) else { continue }
                wrong.append("\(file.lastPathComponent): \(match.0) should be \(spelled)")
            }
            // What ends with a quote is a word of its own, such as an action in the audit log.
            for match in text.matches(of: #/\.([a-z]+(?:_[a-z0-9]+)+)\b(?!")/#) {
                let name = String(match.1)
                if names.contains(name) || configuration.contains(name) { continue }
                wrong.append("\(file.lastPathComponent): nothing that the API sends is called \(name)")
            }
        }
        #expect(count > 40)
        #expect(wrong.sorted() == [])
    }
}

/// A site where everything is there, and an answer has all that it can have.
struct FullSite {
    let api: APISite
    let copies = ScriptedCopies()
    private let incident: Incident

    init() throws {
        let doubles = try Doubles(), copies = copies
        api = try APISite(
            settings: {
                $0.trustedProxies = ["127.0.0.1"].compactMap(AddressRange.init)
                $0.signInHeader = "X-Forwarded-User"
                $0.openID = OpenIDSettings(
                    issuer: "http://127.0.0.1:1", clientID: "a", clientSecret: "", nameClaim: "email", title: "Login",
                    redirectURL: "https://watch.example")
            },
            services: { services in
                services.feed = doubles
                services.targets = doubles
                services.trigger = doubles
                services.copies = copies
                services.editor = doubles
                services.channels = doubles
                services.push = { PushOffer { _ in TestOutcome(isOK: true, message: "taken") } }
                services.streams = doubles
                services.warnings = { [LogWarning(at: Site.start, level: "warning", message: "late", count: 2)] }
                services.publicURL = { "https://cameras.example" + $0 }
                services.leastFactor = { _, _ in 0.7 }
                services.rules = [
                    RuleDescription(kind: .nearMiss, sentence: "Nearly.", isListed: true, parameters: []),
                    RuleDescription(kind: .fallingObject, sentence: "It fell.", isListed: false, parameters: []),
                    RuleDescription(kind: .cameraTampered, sentence: "Turned.", isListed: false, parameters: []),
                ]
                services.status = { doubles.status }
            })
        var incident = api.site.incident
        incident.facts.zoneName = "Loading bay"
        incident.tracks = [TrackID(rawValue: 7)]
        incident.evidence = [
            Evidence(parameter: "min_drop_metres", measured: 1, threshold: 0.4, unit: "m", kind: .fallingObject)
        ]
        self.incident = incident
        let store = api.site.store.unwatched
        var later = incident
        later = Incident(
            id: IncidentID(rawValue: "02incident"), camera: incident.camera, kind: .spill, severity: .low,
            start: incident.start, end: incident.end, confirmed: incident.confirmed, startDate: Site.start + 2,
            endDate: Site.start + 3, confirmedDate: Site.start + 3, region: incident.region,
            frameSize: incident.frameSize)
        try store.commit(
            .update(incident),
            plan: { _ in
                ["sent", "dead", "pending"].map { PlannedAlert(channel: $0, recipient: "+49171234567", text: "Fall.") }
            })
        for message in try store.messages(of: incident.id) {
            _ = try store.beginAttempt(message.id)
            switch message.alert.channel {
            case "sent": _ = try store.markSent(message.id, at: Site.start)
            case "dead": _ = try store.markDead(message.id, error: "refused")
            default: break
            }
        }
        try store.commit(.new(later))
        var turned = later
        turned = Incident(
            id: IncidentID(rawValue: "03turned"), camera: doubles.camera, kind: .cameraTampered, severity: .high,
            start: incident.start, end: incident.end, confirmed: incident.confirmed, startDate: Site.start,
            endDate: Site.start + 1, confirmedDate: Site.start + 1, region: incident.region,
            frameSize: incident.frameSize)
        try store.commit(.new(turned))
        try store.add(
            Snooze(
                camera: doubles.camera, zone: "Loading bay", kind: .spill, mode: .maintenance, from: Site.start,
                until: Site.start + 3600, by: "chief", reason: "Stocktaking"))
        _ = try store.addSuppression(
            Suppression(of: incident, from: Site.start, until: Site.start + 3600, by: "chief"))
        let dark = OperationalNotice.cameraOffline(doubles.camera, since: Site.start)
        try store.open(dark, id: "01notice", text: "dark", at: Site.start + 1) { _ in [] }
        try store.close(dark.key, at: Site.start + 2) { _ in "" }
        let mask = Mask(empty: FrameSize(width: 640, height: 360))
        try store.save(
            FollowRecord(
                object: doubles.follow.object, createdAt: Site.start, createdBy: "anna", picture: Data("jpeg".utf8),
                mask: mask))
        let clip = try api.site.addClip("01clip", video: Data("hvcC video".utf8), poster: Data("jpeg".utf8))
        let sample = TrackSample(
            seconds: 1, region: incident.region, centroid: Point(x: 2, y: 3), area: 9,
            cues: MotionCues(
                movingFraction: 0.5, containment: 0.5, textureSimilarity: 0, lumaRatio: 1, textureRatio: 1), mask: mask,
            quality: 0.9)
        let sidecar = ClipSidecar(
            clip: clip.id, camera: clip.camera, startDate: clip.startDate, durationSeconds: 20,
            frameSize: incident.frameSize, zones: [doubles.zone], incidents: [incident], texts: ["Box fell."],
            tracks: [Track(id: TrackID(rawValue: 7), origin: .prompt, samples: [sample])])
        try sidecar.json().write(
            to: api.site.directory.file(clip.path).deletingLastPathComponent().appending(path: "01clip.json"))
    }

    /// One of each kind.
    func events() async throws -> [String] {
        let doubles = try Doubles(), hub = api.services.hub, camera = doubles.camera
        let subscription = hub.subscribe(EventHub.Filter(cameras: nil, wantsScenes: true, wantsScores: true))
        let time = MediaTime(epoch: 1, pts90k: 90_000), size = FrameSize(width: 640, height: 360)
        let track = TrackID(rawValue: 7)
        let sample = TrackSample(
            seconds: 1, region: Region(x: 1, y: 2, width: 3, height: 4), centroid: Point(x: 2, y: 4), area: 12,
            mask: Mask(empty: size), quality: 0.9)
        let scene = SceneObservation(
            time: time, date: Site.start, frameSize: size,
            tracks: [TrackObservation(id: track, origin: .prompt, phase: .continued, sample: sample)],
            globalChange: .light)
        let events: [LiveEvent] = [
            .scene(
                LiveScene(
                    camera: camera, time: time, observation: scene,
                    followed: [track: .init(id: FollowedObjectID(rawValue: "01follow"), name: "box")],
                    speeds: [track: 0.5])),
            .scores(
                LiveScores(
                    camera: camera, time: time,
                    scores: [
                        .init(
                            rule: "spill", name: "wet", parameter: "min_area", measured: 1, threshold: 2, unit: "m2",
                            isMet: false, track: track)
                    ])),
            .incident(.new(incident)), .incidentChanged(incident.id), .follow(doubles.follow),
            .camera(doubles.cameras()[0]), .configuration(revision: "r2"),
            .warning(LogWarning(at: Site.start, level: "error", message: "late", count: 3)),
        ]
        for event in events { hub.publish(event) }
        var texts: [String] = []
        for await event in subscription.events {
            texts.append(String(buffer: event))
            if texts.count == events.count { break }
        }
        return texts
    }
}

/// Everything behind the API, with an answer to every question.
private struct Doubles: LiveFeed, TargetService, IncidentTrigger, ConfigurationEditor, ChannelTester, StreamTester {
    let camera: CameraID
    let zone: Zone
    let follow: FollowView
    private let size = FrameSize(width: 640, height: 360)

    init() throws {
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)].map { Point(x: $0.0, y: $0.1) }
        zone = Zone(name: "Loading bay", kind: .floor, polygon: Polygon(points: corners))
        camera = try #require(CameraID(rawValue: "dock"))
        let object = FollowedObject(
            id: FollowedObjectID(rawValue: "01follow"), camera: camera, name: "box",
            lastRegion: Region(x: 1, y: 2, width: 3, height: 4), frameSize: size)
        follow = FollowView(
            object: object, state: .present, track: TrackID(rawValue: 7), createdAt: Site.start, createdBy: "anna",
            lastSeenAt: Site.start)
    }

    func cameras() -> [CameraView] {
        [
            CameraView(
                id: camera, name: "Dock", state: .online, stateText: "as it should", codec: "avc1.64001F",
                frameSize: size, framesPerSecond: 25, zones: [zone], pictureHeightMetres: 4)
        ]
    }

    func video(of camera: CameraID) async throws -> LiveVideo { throw PortFailure.offline("It is switched off.") }

    func picture(of camera: CameraID, at time: MediaTime?, maxWidth: Int?) async throws -> LivePicture {
        throw PortFailure.offline("It is switched off.")
    }

    var status: DaemonStatus {
        var line = DaemonStatus.Camera(view: cameras()[0])
        line.fpsIn = 25
        line.fpsAnalysed = 10
        line.analysis = "full"
        line.analysisReason = "configured"
        line.decoder = "software"
        line.lastPacketAt = Site.start
        line.lastKeyFrameAt = Site.start
        line.keyFrameSeconds = 2
        line.analysisMs = 20
        (line.decisionMsP50, line.decisionMsP95, line.decisionMsP99) = (40, 90, 120)
        line.bitrateKbps = 1500
        return DaemonStatus(
            version: "1.2.3", uptimeSeconds: 60, modelFamily: "compact", modelDevice: "cpu", cameras: [line],
            disk: DaemonStatus.Disk(
                freeBytes: 1 << 40, totalBytes: 1 << 41, clipsBytes: 1 << 30, clips: 9, bytesPerDay: 1e9))
    }

    // MARK: Targets

    func segment(_ click: PictureClick, camera: CameraID) async throws -> SegmentAnswer {
        SegmentAnswer(
            time: MediaTime(epoch: 0, pts90k: 9000), frameSize: size,
            candidates: [MaskCandidate(mask: Mask(empty: size), predictedIoU: 0.9)])
    }

    func objects(
        at moment: PictureClick.Moment, described text: String?, camera: CameraID
    ) async throws -> ObjectsAnswer {
        let prompt = Prompt(positive: [Point(x: 5, y: 5)], box: Region(x: 2, y: 2, width: 8, height: 8))
        let object = ObjectsAnswer.Object(
            mask: Mask(empty: size), predictedIoU: 0.9, label: text ?? "",
            click: PictureClick(prompt, in: size, moment: moment), candidate: 1)
        return ObjectsAnswer(
            time: MediaTime(epoch: 0, pts90k: 9000), frameSize: size, objects: [object], isComplete: true, leftOut: 0)
    }

    func follow(
        _ click: PictureClick, camera: CameraID, candidate: Int, name: String,
        conditions: Set<FollowedObject.Condition>, by: String
    ) async throws -> FollowView { follow }

    func correct(_ id: FollowedObjectID, click: PictureClick) async throws -> FollowView { follow }

    func change(
        _ id: FollowedObjectID, name: String?, conditions: Set<FollowedObject.Condition>?
    ) async throws -> FollowView { follow }

    func unfollow(_ id: FollowedObjectID) async throws {}
    func follows() async -> [FollowView] { [follow] }
    func picture(of id: FollowedObjectID) async throws -> Data { Data("jpeg".utf8) }

    func trigger(
        camera: CameraID, kind: IncidentKind, severity: Severity, reason: String, by: String
    ) async throws -> IncidentID { IncidentID(rawValue: "03incident") }

    // MARK: Settings

    func current() async throws -> ConfigurationText {
        ConfigurationText(
            path: "/etc/aislewatch.yaml", revision: "r1", text: "cameras: []", isWritable: false, reason: "read-only",
            canUndo: true, restartSections: ["web"])
    }

    func valuesJSON() async throws -> String { #"{"cameras":[]}"# }

    let settingsJSON = #"""
        {"settings":[{"path":"cameras[].analysis_fps","type":"number","minimum":0.5,"maximum":60,"whole":false,
        "unit":"frames a second","default":5},{"path":"alerts.language","type":"choice","words":["en"]},
        {"path":"cameras","type":"list","of":"cameras"}],"channels":[{"type":"mail","summary":"E-mail.","keys":[
        {"setting":{"path":"host","type":"text"},"about":"The server.","needed":true,"usual":"none"}]}]}
        """#

    func save(text: String, revision: String?, dryRun: Bool, by: String) async throws -> ConfigurationChange {
        ConfigurationChange(
            isValid: text != "wrong", isSaved: text != "wrong",
            problems: text == "wrong"
                ? [.init(line: 1, column: 1, path: [.key("site"), .index(0)], message: "no section")] : [], diff: "+",
            revision: "r2",
            text: text, restartSections: [])
    }

    func apply(
        _ edits: [ConfigurationEdit], revision: String?, dryRun: Bool, by: String
    ) async throws -> ConfigurationChange {
        try await save(text: "cameras: []", revision: nil, dryRun: dryRun, by: by)
    }

    func undo(by: String) async throws -> ConfigurationChange {
        try await save(text: "cameras: []", revision: nil, dryRun: false, by: by)
    }

    func versions() async throws -> [ConfigurationVersion] {
        [
            ConfigurationVersion(
                number: 3, at: Site.start, by: "anna", how: .wentBack, again: 1, isCurrent: true, diff: "@@ -1 +1 @@"),
            ConfigurationVersion(
                number: 1, at: Site.start, by: nil, how: .first, again: nil, isCurrent: false, diff: ""),
        ]
    }

    func goBack(to number: Int, revision: String?, dryRun: Bool, by: String) async throws -> ConfigurationChange {
        try await save(text: "cameras: []", revision: nil, dryRun: dryRun, by: by)
    }

    func forgetVersions() async throws {}
    func takeEffect() async {}

    func channels() -> [(name: String, type: String)] { [("phone", "twilio")] }
    func test(channel: String) async throws -> TestOutcome { TestOutcome(isOK: true, message: "queued") }

    func test(url: String, username: String?, password: String?, camera: CameraID?) async throws -> StreamTest {
        StreamTest(
            outcome: TestOutcome(isOK: true, message: "It answers."), codec: "h264", frameSize: size,
            framesPerSecond: 25, hasAudio: false, keyFrameSeconds: 2, jpeg: Data("jpeg".utf8))
    }
}
