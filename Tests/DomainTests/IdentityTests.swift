import Domain
import Foundation
import Testing

@Suite("Identifiers")
struct IdentityTests {
    @Test(
        "a camera id takes only what is safe in a path and a topic",
        arguments: ["aisle-4", "dock_2", "7", String(repeating: "a", count: 64)])
    func cameraIDAccepts(_ name: String) {
        #expect(CameraID(rawValue: name)?.rawValue == name)
    }

    @Test(
        "anything else is no camera id",
        arguments: ["", "Aisle", "a/b", "..", "-a", "_a", "a b", "a+", "a#", "é", String(repeating: "a", count: 65)])
    func cameraIDRefuses(_ name: String) {
        #expect(CameraID(rawValue: name) == nil)
    }

    @Test(
        "an id made from a name reads like it",
        arguments: [
            ("Rückläger", "ruecklaeger"), ("Rückläger".decomposedStringWithCanonicalMapping, "ruecklaeger"),
            ("Halle 7, Tor Süd", "halle-7-tor-sued"), ("  Großraum ", "grossraum"), ("Ångström", "aangstroem"),
            ("Café № 3", "cafe-3"), ("dock_2", "dock_2"), ("--a--", "a"), ("Łódź", "lodz"),
            (String(repeating: "ab ", count: 40), String(repeating: "ab-", count: 21) + "a"),
        ])
    func readable(_ name: String, _ id: String) {
        #expect(CameraID(readableFrom: name)?.rawValue == id)
    }

    @Test("nothing is made from a name of which nothing remains", arguments: ["", "   ", "!!!", "東京"])
    func unreadable(_ name: String) {
        #expect(CameraID(readableFrom: name) == nil)
    }

    @Test("identifiers sort by time, have 26 characters and never repeat")
    func monotonicIDsSort() {
        let ids = MonotonicID()
        let start = Date(timeIntervalSince1970: 1_780_000_000)
        var made: [String] = []
        for step in 0..<2_000 { made.append(ids.next(at: start + Double(step / 10) * 0.001)) }
        #expect(made == made.sorted())
        #expect(Set(made).count == made.count)
        #expect(made.allSatisfy { $0.count == 26 })
    }

    @Test("a clock that steps back does not make identifiers go back")
    func monotonicIDsSurviveClockSteps() {
        let ids = MonotonicID()
        let now = Date(timeIntervalSince1970: 1_780_000_000)
        let before = ids.next(at: now)
        let after = ids.next(at: now - 3600)
        #expect(after > before)
    }

    @Test("the time part is the ULID specification's")
    func monotonicIDTimePart() {
        // 1469918176385 ms is the specification's own example: 01ARYZ6S41…
        let id = MonotonicID().next(at: Date(timeIntervalSince1970: 1_469_918_176.385_1))
        #expect(id.hasPrefix("01aryz6s41"))
    }
}
