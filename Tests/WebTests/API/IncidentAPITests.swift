import Domain
import Foundation
import HTTPTypes
import Storage
import Testing

@testable import Web

@Suite("Incidents over the API")
struct IncidentAPITests {
    /// Some more incidents, a minute apart.
    private func fill(_ api: APISite, count: Int) throws {
        for index in 0..<count {
            var incident = api.site.incident
            incident = Incident(
                id: IncidentID(rawValue: "02incident\(index)"), camera: incident.camera,
                kind: index.isMultiple(of: 2) ? .spill : .fallingObject, phase: .ended,
                severity: index.isMultiple(of: 2) ? .low : .high, start: incident.start, end: incident.end,
                confirmed: incident.confirmed, startDate: Site.start + Double(60 * (index + 1)),
                endDate: Site.start + Double(60 * (index + 1)) + 1,
                confirmedDate: Site.start + Double(60 * (index + 1)), region: incident.region,
                frameSize: incident.frameSize)
            incident.facts.zoneName = index == 3 ? "Loading bay" : nil
            try api.site.store.unwatched.commit(.end(incident))
            try api.site.store.unwatched.index(
                incident.id, words: index == 3 ? "Liquid leaked at the Löschwagen" : "Something happened")
        }
    }

    private func ids(_ api: APISite, _ query: String) async throws -> [String] {
        let answer = try await api.send(.get, "/api/v1/incidents\(query)", as: .viewer)
        #expect(answer.status == .ok, "\(query): \(answer.text)")
        let object = try JSONSerialization.jsonObject(with: answer.data) as? [String: Any]
        return (object?["incidents"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
    }

    @Test("what happened is said in the site's language and in the program's others")
    func texts() async throws {
        let api = try APISite()
        for path in ["/api/v1/incidents", "/api/v1/incidents/\(api.site.incident.id)"] {
            let answer = try await api.send(.get, path, as: .viewer)
            #expect(
                answer.text.contains(#""text":"Box fell.""#)
                    && answer.text.contains(#""texts":{"de":"Karton gefallen."}"#))
        }
    }

    @Test("pages follow each other without gap or repetition")
    func paging() async throws {
        let api = try APISite()
        try fill(api, count: 5)
        var seen: [String] = []
        var next = ""
        repeat {
            let answer = try await api.send(.get, "/api/v1/incidents?limit=2\(next)", as: .viewer)
            seen += try await ids(api, "?limit=2\(next)")
            next = answer["next"].map { "&cursor=\($0)" } ?? ""
        } while !next.isEmpty
        #expect(seen == ["02incident4", "02incident3", "02incident2", "02incident1", "02incident0", "01incident"])
    }

    @Test("a day has what began on it, in its order, with verdict, who handled it, and what was measured")
    func day() async throws {
        let api = try APISite()
        try fill(api, count: 5)
        let id = IncidentID(rawValue: "02incident1"), store = api.site.store.unwatched
        try store.setReview(
            IncidentReview(review: .confirmed, note: "a box", by: "anna", at: api.site.clock.now()), of: id)
        try store.acknowledge(id, by: "link", at: api.site.clock.now())
        let answer = try await api.send(.get, "/api/v1/days/2026-05-28", as: .viewer)
        let day = try #require(try JSONSerialization.jsonObject(with: answer.data) as? [String: Any])
        let incidents = try #require(day["incidents"] as? [[String: Any]])
        #expect(incidents.compactMap { $0["id"] as? String } == ["01incident"] + (0..<5).map { "02incident\($0)" })
        #expect(day["from"] as? String == "2026-05-28T00:00:00.000Z" && day["whole"] as? Bool == true)
        let judged = try #require(incidents.first { $0["id"] as? String == id.rawValue })
        #expect(judged["review_by"] as? String == "anna" && judged["review_note"] as? String == "a box")
        #expect(judged["acknowledged_by"] as? String == "link" && judged["why"] is [Any])
        let next = try await api.send(.get, "/api/v1/days/2026-05-29", as: .viewer)
        #expect(next.status == .ok && next.text.contains(#""incidents":[]"#))
        for wrong in ["2026-02-30", "2026-5-28", "today", "2026-05-28Z", "+026-05-28"] {
            #expect(try await api.send(.get, "/api/v1/days/\(wrong)", as: .viewer).status == .notFound)
        }
    }

    @Test("a day lasts from midnight to midnight by the site's clocks, also when they are set")
    func span() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        func hours(_ day: String) -> Double? {
            IncidentRoutes.span(ofDay: day, in: zone).map { $0.end.timeIntervalSince($0.start) / 3600 }
        }
        #expect(hours("2026-03-29") == 23 && hours("2026-05-28") == 24 && hours("2026-10-25") == 25)
        #expect(
            IncidentRoutes.span(ofDay: "2026-05-28", in: zone)?.start == UTCText.anyDate("2026-05-27T22:00:00Z"))
    }

    @Test("words, beginnings of words, kind, zone, severity, review and time find what they should")
    func filters() async throws {
        let api = try APISite()
        try fill(api, count: 5)
        #expect(try await ids(api, "?q=loschwagen") == ["02incident3"])
        #expect(try await ids(api, "?q=liqu%20leak") == ["02incident3"])
        #expect(try await ids(api, "?q=%22%29%20OR%20*") == [])
        #expect(try await ids(api, "?kind=spill") == ["02incident4", "02incident2", "02incident0"])
        #expect(try await ids(api, "?zone=Loading%20bay") == ["02incident3"])
        #expect(try await ids(api, "?min_severity=medium&limit=2") == ["02incident3", "02incident1"])
        #expect(try await ids(api, "?camera=dock") == [])
        let since = "2026-05-28T20:29:40Z"
        #expect(try await ids(api, "?from=\(since)&to=2026-05-28T20:30:00.000Z") == ["02incident2"])
        for wrong in ["?limit=0", "?limit=x", "?kind=x", "?from=yesterday", "?limit=1&limit=2"] {
            #expect(try await api.send(.get, "/api/v1/incidents\(wrong)", as: .viewer).status == .badRequest)
        }
    }

    @Test(
        "a database that fails is said to fail, and never looks like an incident without clips, reviews or alerts",
        arguments: ["clips", "clip_incidents", "incident_reviews", "outbox"])
    func databaseFails(_ table: String) async throws {
        let api = try APISite()
        try api.site.addClip("01clip", video: Data("0123".utf8), poster: Data("jpeg".utf8))
        #expect(try await api.send(.get, "/api/v1/incidents/01incident", as: .viewer).status == .ok)
        try api.site.breakTable(table)
        let answer = try await api.send(.get, "/api/v1/incidents/01incident", as: .viewer)
        #expect(answer.status == .internalServerError && answer["error"] == "failed", "\(answer.text)")
        if table != "outbox" {
            let list = try await api.send(.get, "/api/v1/incidents", as: .viewer)
            #expect(list.status == .internalServerError && list["error"] == "failed", "\(list.text)")
        }
    }

    @Test("a file that can't be read is said to be so, not to be gone")
    func unreadableFile() async throws {
        let api = try APISite()
        let clip = try api.site.addClip("01clip", video: Data("0123".utf8), poster: Data("jpeg".utf8))
        // Root may read everything, but nobody a name that leads to itself.
        for path in [clip.path, clip.posterPath] {
            try FileManager.default.removeItem(at: api.site.directory.file(path))
            try FileManager.default.createSymbolicLink(
                at: api.site.directory.file(path), withDestinationURL: api.site.directory.file(path))
        }
        for name in ["video.mp4", "poster.jpg"] {
            let answer = try await api.send(.get, "/api/v1/clips/01clip/\(name)", as: .viewer)
            #expect(answer.status == .serviceUnavailable && answer["error"] == "not_available", "\(name)")
        }
    }

    @Test("a review is kept with who and when, can be taken back, and is noted")
    func review() async throws {
        let api = try APISite()
        let path = "/api/v1/incidents/01incident/review"
        let answer = try await api.send(
            .put, path, as: .operator, json: #"{"verdict":"not_an_incident","note":"a bag"}"#)
        #expect(answer["review"] == "not_an_incident" && answer["review_by"] == "operator1")
        #expect(answer["review_note"] == "a bag")
        #expect(try await ids(api, "?review=not_an_incident") == ["01incident"])
        #expect(try await ids(api, "?review=none") == [])
        #expect(try await api.send(.put, path, as: .operator, json: #"{"verdict":"none"}"#)["review"] == "none")
        #expect(try await ids(api, "?review=none") == ["01incident"])
        #expect(try api.site.store.unwatched.auditEntries(limit: 1).first?.who == "operator1")
    }

    @Test("a snooze of a camera that does not exist is refused, and not kept")
    func unknownCamera() async throws {
        let api = try APISite()
        let answer = try await api.send(
            .post, "/api/v1/snoozes", as: .operator, json: #"{"minutes":5,"camera":"nosuch"}"#)
        #expect(answer.status == .unprocessableContent && answer["message"] == "There is no such camera.")
        #expect(try api.site.store.unwatched.snoozes(at: api.site.clock.now()).isEmpty)
        let known = try await api.send(.post, "/api/v1/snoozes", as: .operator, json: #"{"minutes":5,"camera":"dock"}"#)
        #expect(known.status == .created)
    }

    @Test("protection holds; a link opens the page without sign-in until it expires")
    func protectAndShare() async throws {
        let api = try APISite()
        let protection = try await api.send(
            .put, "/api/v1/incidents/01incident/protection", as: .operator, json: #"{"protected":true}"#)
        #expect(protection.status == .ok && protection.text.contains(#""protected":true"#))
        #expect(try api.site.store.unwatched.isProtected(incident: api.site.incident.id))
        let link = try await api.send(
            .post, "/api/v1/incidents/01incident/links", as: .operator, json: #"{"hours":1}"#)
        let path = try #require(link["path"])
        #expect(link.status == .created && path.hasPrefix("/i/"))
        #expect(try await api.send(.get, path).status == .ok)
        api.site.clock.advance(seconds: 3601)
        #expect(try await api.send(.get, path).status == .notFound)
    }

    @Test("a clip is served in ranges, its poster and tracks too")
    func clips() async throws {
        let api = try APISite()
        let clip = try api.site.addClip("01clip", video: Data("0123456789".utf8), poster: Data("jpeg".utf8))
        try Data(#"{"tracks":[]}"#.utf8).write(to: api.site.directory.file(clip.sidecarPath))
        let part = try await api.send(
            .get, "/api/v1/clips/01clip/video.mp4", as: .viewer, headers: [.range: "bytes=-3"])
        #expect(part.status == .partialContent && part.text == "789")
        #expect(try await api.send(.get, "/api/v1/clips/01clip/poster.jpg", as: .viewer).text == "jpeg")
        #expect(try await api.send(.get, "/api/v1/incidents/01incident/poster.jpg", as: .viewer).text == "jpeg")
        #expect(try await api.send(.get, "/api/v1/clips/01clip/tracks.json", as: .viewer).text == #"{"tracks":[]}"#)
        let detail = try await api.send(.get, "/api/v1/incidents/01incident", as: .viewer)
        #expect(
            detail.text.contains("/api/v1/clips/01clip/video.mp4") && detail.text.contains(#""incident_seconds":10"#))
        #expect(try await api.send(.get, "/api/v1/clips/02clip/video.mp4", as: .viewer).status == .notFound)
    }

    @Test("pages that are open hear of what happens, each only what it asked for")
    func events() async throws {
        let api = try APISite()
        let hub = api.services.hub
        let dock = try #require(CameraID(rawValue: "dock"))
        let all = hub.subscribe(EventHub.Filter(cameras: nil, wantsScenes: false))
        let other = hub.subscribe(EventHub.Filter(cameras: [dock], wantsScenes: true))
        #expect(hub.wantsScenes(of: dock) && !hub.wantsScenes(of: api.site.incident.camera))
        hub.publish(.incident(.new(api.site.incident)))
        hub.publish(.configuration(revision: "r1"))
        var texts = all.events.map { String(buffer: $0) }.makeAsyncIterator()
        let incident = try #require(await texts.next())
        #expect(incident.hasPrefix("event: incident\ndata: {") && incident.hasSuffix("}\n\n"))
        #expect(incident.contains(#""type":"new""#))
        #expect(await texts.next()?.contains("r1") == true)
        var others = other.events.map { String(buffer: $0) }.makeAsyncIterator()
        #expect(await others.next()?.contains("r1") == true)
        all.cancel()
        other.cancel()
        #expect(await texts.next() == nil)
        #expect(await others.next() == nil)
        #expect(hub.subscriberCount == 0)
    }

    @Test("what the rules measure comes only to who asked for it, and asks the rules only then")
    func scores() async throws {
        let api = try APISite()
        let hub = api.services.hub, camera = api.site.incident.camera
        let score = LiveScores.Score(
            rule: "dwell", name: "dock", parameter: "min_seconds", measured: 12.5, threshold: 60, unit: "s",
            isMet: false, track: TrackID(rawValue: 3))
        var other = score
        other.measured = .infinity
        let plain = hub.subscribe(EventHub.Filter(cameras: nil, wantsScenes: true))
        #expect(!hub.wantsScores(of: camera))
        let asking = hub.subscribe(EventHub.Filter(cameras: [camera], wantsScenes: false, wantsScores: true))
        #expect(hub.wantsScores(of: camera))
        hub.publish(.scores(LiveScores(camera: camera, time: MediaTime(pts90k: 9), scores: [score, other])))
        plain.cancel()
        asking.cancel()
        #expect(await plain.events.reduce(into: 0) { count, _ in count += 1 } == 0)
        let texts = await asking.events.reduce(into: [String]()) { $0.append(String(buffer: $1)) }
        #expect(texts.count == 1 && texts[0].hasPrefix("event: scores\n"))
        #expect(texts[0].contains(#""measured":12.5"#) && texts[0].contains(#""met":false"#))
        #expect(!texts[0].contains("inf"))
    }
}
