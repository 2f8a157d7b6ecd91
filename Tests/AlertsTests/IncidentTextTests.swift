import Domain
import Foundation
import Testing

@testable import Alerts

private func facts(_ change: (inout IncidentFacts) -> Void) -> IncidentFacts {
    var facts = IncidentFacts()
    change(&facts)
    return facts
}

@Suite("The text")
struct IncidentTextTests {
    private func text(
        _ incident: Incident, _ camera: String = "Aisle 4 cam", link: String? = nil, zone: TimeZone = Samples.berlin
    ) -> String {
        IncidentText.text(incident, cameraName: camera, link: link.flatMap { URL(string: $0) }, timeZone: zone)
    }

    @Test("a fall from a rack into a walkway, with a scale")
    func fullFall() {
        let incident = Samples.incident { facts in
            facts.dropMetres = 2.08
            facts.dropPixels = 300
            facts.fromZoneName = "rack"
            facts.fromZoneKind = .rack
            facts.zoneName = "walkway"
            facts.zoneKind = .walkway
        }
        let link = "https://watch.example/i/AbCdEfGhIjKlMnOpQrStUvWxYz_-0123"
        #expect(
            text(incident, link: link)
                == "Object fell from rack, Aisle 4 cam, 14:02:31. Dropped about 2.1 m, lies in the walkway. \(link)")
    }

    @Test(
        "only what is known is said: falls",
        arguments: [
            (IncidentFacts(), "Object fell, Aisle 4 cam, 14:02:31."),
            (
                facts { $0.dropPixels = 288 },
                "Object fell, Aisle 4 cam, 14:02:31. Dropped about 40 % of the picture's height."
            ),
            (facts { $0.dropMetres = 0.5 }, "Object fell, Aisle 4 cam, 14:02:31. Dropped about 0.5 m."),
            (facts { $0.dropMetres = 12.4 }, "Object fell, Aisle 4 cam, 14:02:31. Dropped about 12 m."),
            (facts { $0.dropMetres = .nan }, "Object fell, Aisle 4 cam, 14:02:31."),
            (facts { $0.zoneKind = .floor }, "Object fell, Aisle 4 cam, 14:02:31. Lies on the floor."),
            (
                facts {
                    $0.zoneKind = .storage; $0.zoneName = "Bay 7"
                }, "Object fell, Aisle 4 cam, 14:02:31. Lies in Bay 7."
            ),
            (
                facts {
                    $0.zoneKind = .ignore; $0.zoneName = "Street"
                }, "Object fell, Aisle 4 cam, 14:02:31."
            ),
            (facts { $0.fromZoneKind = .rack }, "Object fell from rack, Aisle 4 cam, 14:02:31."),
            (
                facts {
                    $0.fromZoneKind = .rack; $0.fromZoneName = "Rack B"
                }, "Object fell from Rack B, Aisle 4 cam, 14:02:31."
            ),
            (
                facts {
                    $0.fromZoneKind = .rack; $0.fromZoneName = "B-12"
                }, "Object fell from rack B-12, Aisle 4 cam, 14:02:31."
            ),
            (
                facts {
                    $0.fromZoneKind = .floor; $0.fromZoneName = "Hall"
                }, "Object fell, Aisle 4 cam, 14:02:31."
            ),
            (facts { $0.fromZoneName = "Rack B" }, "Object fell, Aisle 4 cam, 14:02:31."),
        ])
    func falls(_ facts: IncidentFacts, _ expected: String) {
        #expect(text(Samples.incident { $0 = facts }) == expected)
    }

    @Test(
        "only what is known is said: spills",
        arguments: [
            (IncidentFacts(), "Liquid spreading on the floor, Aisle 4 cam, 14:02:31."),
            (
                facts {
                    $0.areaSquareMetres = 1.24; $0.zoneName = "Dock 2"; $0.zoneKind = .floor
                },
                "Liquid spreading on the floor, Aisle 4 cam, 14:02:31. About 1.2 m2 so far, in Dock 2."
            ),
            (
                facts { $0.areaSquareMetres = 0.04 },
                "Liquid spreading on the floor, Aisle 4 cam, 14:02:31. About 0.04 m2 so far."
            ),
            (
                facts { $0.areaFraction = 0.031 },
                "Liquid spreading on the floor, Aisle 4 cam, 14:02:31. About 3 % of the picture so far."
            ),
            (
                facts { $0.areaFraction = 0.004 },
                "Liquid spreading on the floor, Aisle 4 cam, 14:02:31. About 0.4 % of the picture so far."
            ),
            (facts { $0.zoneKind = .walkway }, "Liquid spreading on the floor, Aisle 4 cam, 14:02:31. In the walkway."),
        ])
    func spills(_ facts: IncidentFacts, _ expected: String) {
        #expect(text(Samples.incident(kind: .spill) { $0 = facts }) == expected)
    }

    @Test("a spill that is over is not told as going on")
    func endedSpill() {
        var incident = Samples.incident(kind: .spill) { $0.areaSquareMetres = 1.24 }
        incident.phase = .ended
        #expect(text(incident) == "Liquid spreading on the floor, Aisle 4 cam, 14:02:31. About 1.2 m2.")
    }

    @Test("a second kind gets its own sentence")
    func secondKind() {
        var incident = Samples.incident()
        incident.kinds.append(.spill)
        #expect(text(incident) == "Object fell, Aisle 4 cam, 14:02:31. Liquid is spreading.")
    }

    @Test(
        "the time is the site's, also across a change of the clocks",
        arguments: [
            ("Europe/Berlin", 1_774_745_999.0, "01:59:59"), ("Europe/Berlin", 1_774_746_000.0, "03:00:00"),
            ("UTC", 1_774_746_000.0, "01:00:00"), ("Asia/Kathmandu", 1_774_746_000.0, "06:45:00"),
        ])
    func localTime(_ zone: String, _ seconds: Double, _ expected: String) {
        var incident = Samples.incident()
        incident.startDate = Date(timeIntervalSince1970: seconds)
        #expect(text(incident, zone: Samples.zone(zone)) == "Object fell, Aisle 4 cam, \(expected).")
    }

    @Test("long names are shortened so that the text before the link fits one SMS")
    func longNames() throws {
        let incident = Samples.incident { facts in
            facts.dropMetres = 2.1
            facts.fromZoneKind = .rack
            facts.fromZoneName = String(repeating: "High bay storage [north] ", count: 5)
            facts.zoneKind = .walkway
            facts.zoneName = String(repeating: "Main walkway of hall 7 ", count: 6)
        }
        let made = text(incident, String(repeating: "Überwachungskamera – Süd ", count: 6))
        #expect(try #require(GSM7.septets(made)) <= 160)
        #expect(made.hasPrefix("Object fell from rack High bay"))
        #expect(made.contains("14:02:31. Dropped about 2.1 m, lies in Main walkway"))
    }

    @Test("names of ordinary length are not shortened, and every text is GSM-7")
    func ordinaryNames() {
        let incident = Samples.incident {
            $0.zoneKind = .walkway; $0.zoneName = "Gang „Ost“ – Tor 3"
        }
        let made = text(incident, "Halle 2 · Nord")
        #expect(made == "Object fell, Halle 2 - Nord, 14:02:31. Lies in Gang \"Ost\" - Tor 3.")
        #expect(GSM7.septets(made) != nil)
    }

    @Test("the link is found again in the text, and nothing else is taken for one")
    func linkInText() {
        let link = "https://watch.example:8443/aisle/i/tok"
        #expect(IncidentText.link(in: text(Samples.incident(), link: link))?.absoluteString == link)
        #expect(IncidentText.link(in: text(Samples.incident())) == nil)
        #expect(IncidentText.link(in: "") == nil)
    }
}
