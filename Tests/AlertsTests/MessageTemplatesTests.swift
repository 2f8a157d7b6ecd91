import Domain
import Foundation
import Testing

@testable import Alerts

@Suite("Texts in languages")
struct MessageTemplatesTests {
    @Test("every language has every text, and no field that English lacks", arguments: MessageTemplates.languages)
    func whole(_ language: String) throws {
        let templates = try MessageTemplates(language: language)
        #expect(templates.keys == MessageTemplates.english.keys)
        for kind in IncidentKind.allCases {
            #expect(templates.text("also.\(kind.rawValue)") != nil, "\(kind)")
        }
    }

    @Test("German, with its comma and its words")
    func german() throws {
        let incident = Samples.incident { facts in
            facts.dropMetres = 2.08
            facts.fromZoneKind = .rack
            facts.zoneKind = .walkway
        }
        let text = IncidentText(try MessageTemplates(language: "de")).text(
            incident, cameraName: "Gang 4", link: nil, timeZone: Samples.berlin)
        #expect(
            text
                == "Gegenstand gefallen aus dem Regal, Gang 4, 14:02:31. Fallhöhe etwa 2,1 m, liegt auf dem Verkehrsweg."
        )
        #expect(GSM7.segments(text) == 1)
    }

    @Test("a site's own line goes before the language's; the rest stays")
    func ownLine() throws {
        let templates = try MessageTemplates(own: "# ours\nwhat.spill = Water!\n")
        let texts = AlertTexts(templates: templates, timeZone: Samples.berlin, cameraNames: [Samples.aisle4: "Aisle 4"])
        #expect(texts.incident(Samples.incident(kind: .spill)) == "Water!, Aisle 4, 14:02:31.")
        #expect(texts.incident(Samples.incident()) == "Object fell, Aisle 4, 14:02:31.")
    }

    @Test(
        "a mistake in a site's file is told with its line and column",
        arguments: [
            ("what.spil = x", "own.txt:1:1: there is no text \"what.spil\" to change"),
            ("\nno equals sign", "own.txt:2:1: a line is \"key = text\", or a comment after #"),
            ("  what.spill = Ca. {volume} l", "own.txt:1:20: \"what.spill\" has no field {volume}; fields: none"),
            (
                "# ours\ndetails.spill = about {area}, {depth}",
                "own.txt:2:31: \"details.spill\" has no field {depth}; fields: {area}, {place}, {so_far}"
            ),
            ("sentence = {what", "own.txt:1:12: a \"{\" or \"[\" has no end, or one stands in another"),
            ("so_far = a\nso_far = b", "own.txt:2:1: \"so_far\" a second time"),
        ])
    func mistakes(_ own: String, _ expected: String) {
        #expect {
            _ = try MessageTemplates(own: own, file: "own.txt")
        } throws: { "\($0)" == expected }
    }

    @Test("a drill says that it is one, in text and title")
    func drill() {
        let incident = Samples.incident(kind: .manual) { $0.triggeredBy = Incident.drillOrigin }
        let texts = AlertTexts(siteName: "Hall 7", timeZone: Samples.berlin)
        #expect(texts.incident(incident) == "TEST: Recording requested by drill, aisle-4, 14:02:31.")
        #expect(texts.subject(Samples.message(), incident) == "Hall 7: TEST: Recording requested by drill")
    }

    @Test(
        "every notice has words for the beginning and the end, in every language", arguments: MessageTemplates.languages
    )
    func notices(_ language: String) throws {
        let camera = Samples.aisle4,
            texts = AlertTexts(
                templates: try MessageTemplates(language: language), timeZone: Samples.berlin)
        let notices: [OperationalNotice] = [
            .cameraOffline(camera, since: Samples.start), .pictureFrozen(camera, since: Samples.start),
            .analysisDegraded(camera, skippedFraction: 0.6),
            .analysisOverloaded(cameras: [camera], skippedFraction: 0.6),
            .diskForecast(path: "/clips", hoursLeft: 11.7),
            .diskLow(path: "/clips", freeBytes: 5 << 30), .recordingStopped(camera),
            .storageGone(path: "/clips", reason: "read-only file system"),
            .storageFallback(path: "/clips", fallback: "/spare"),
            .outboxStuck(channel: "sms", waiting: 3, since: Samples.start), .other(name: "x", text: "y"),
        ]
        for notice in notices {
            for text in [texts.notice(notice, at: Samples.start), texts.cleared(notice, at: Samples.start)] {
                #expect(text != notice.key && !text.contains("{") && GSM7.septets(GSM7.folded(text)) != nil, "\(text)")
            }
        }
    }

    @Test(
        "a measurement that is no number, or has no end, stops no message", arguments: [Double.nan, .infinity, 1e300])
    func measurements(_ value: Double) {
        let texts = AlertTexts(timeZone: Samples.berlin)
        let slow = texts.notice(.analysisDegraded(Samples.aisle4, skippedFraction: value), at: Samples.start)
        let disk = texts.notice(.diskForecast(path: "/clips", hoursLeft: value), at: Samples.start)
        #expect(slow.contains("aisle-4") && disk.hasPrefix("The disk with the clips"))
    }

    @Test("many incidents in one sentence, by kind and camera")
    func summary() {
        let dock = Samples.camera("dock")
        let texts = AlertTexts(timeZone: Samples.berlin, cameraNames: [dock: "Dock"])
        let incidents = [
            Samples.incident("1"), Samples.incident("2"), Samples.incident("3", kind: .spill, camera: dock),
        ]
        #expect(
            texts.summary(incidents, link: URL(string: "https://a.example/i/t"))
                == "3 more incidents since 14:02:31: 2 x Object fell (aisle-4), 1 x Liquid spreading on the floor (Dock). "
                + "https://a.example/i/t")
    }

    @Test("recordings that somebody asked for are no incidents, and one incident is one")
    func requests() {
        let texts = AlertTexts(timeZone: Samples.berlin)
        let manual = [Samples.incident("1", kind: .manual), Samples.incident("2", kind: .manual)]
        #expect(
            texts.summary(manual + [Samples.incident("3")], link: nil)
                == "1 more incident since 14:02:31: 1 x Object fell (aisle-4). Recordings on request: 2.")
        #expect(texts.summary(manual, link: nil) == "Recordings on request since 14:02:31: 2.")
    }

    @Test("a summary of many kinds fits two SMS, and its numbers add up", arguments: ["en", "de"])
    func longSummary(language: String) throws {
        let cameras = (1...7).map { Samples.camera("cam-\($0)") }
        let names = Dictionary(uniqueKeysWithValues: cameras.map { ($0, "Wareneingang Rückläger \($0.rawValue)") })
        let texts = AlertTexts(
            templates: try MessageTemplates(language: language), timeZone: Samples.berlin, cameraNames: names)
        let kinds: [IncidentKind] = [.fallingObject, .spill, .nearMiss]
        let incidents = cameras.enumerated().flatMap { index, camera in
            kinds.flatMap { kind in
                (0...index).map { Samples.incident("\(camera)-\(kind.rawValue)-\($0)", kind: kind, camera: camera) }
            }
        }
        let link = try #require(
            URL(string: "https://aislewatch.example.com:8443/i/\(String(repeating: "t", count: 32))"))
        let text = texts.summary(incidents, link: link)
        #expect(GSM7.segments(GSM7.folded(text)) == 2, "\(text)")
        #expect(text.hasPrefix("84 ") && text.hasSuffix(link.absoluteString))
        // "7 x …, 7 x …, 70 others": the numbers behind the colon are all of them.
        let numbers = text.split(separator: ": ", maxSplits: 1).last.map { $0.split(separator: ", ") } ?? []
        #expect(numbers.compactMap { Int($0.prefix { $0.isNumber }) }.reduce(0, +) == 84, "\(text)")
        #expect(numbers.count > 1)
    }

    @Test(
        "how many SMS a text takes",
        arguments: [
            (0, "", 1), (160, "a", 1), (161, "a", 2), (306, "a", 2), (307, "a", 3), (80, "€", 1), (81, "€", 2),
            (70, "ж", 1), (71, "ж", 2),
        ])
    func segments(_ count: Int, _ character: String, _ expected: Int) {
        #expect(GSM7.segments(String(repeating: character, count: count)) == expected)
    }
}
