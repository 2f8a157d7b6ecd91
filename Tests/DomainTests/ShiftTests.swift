import Domain
import Foundation
import Testing

@Suite("Shifts")
struct ShiftTests {
    private func contains(_ shift: Shift, _ date: String) throws -> Bool {
        shift.contains(try Date(date, strategy: .iso8601), in: try #require(TimeZone(identifier: "Europe/Berlin")))
    }

    @Test("a day shift, by the site's clock and on its days")
    func day() throws {
        let shift = Shift(weekdays: [1, 2, 3, 4, 5], fromMinute: 6 * 60, toMinute: 14 * 60)
        // Thursday, 28 May 2026; Berlin is two hours ahead.
        #expect(try contains(shift, "2026-05-28T04:00:00Z"))
        #expect(try !contains(shift, "2026-05-28T03:59:59Z"))
        #expect(try contains(shift, "2026-05-28T11:59:59Z"))
        #expect(try !contains(shift, "2026-05-28T12:00:00Z"))
        #expect(try !contains(shift, "2026-05-30T06:00:00Z"))
    }

    @Test("a night shift belongs to the day on which it begins")
    func night() throws {
        // Friday night.
        let shift = Shift(weekdays: [5], fromMinute: 22 * 60, toMinute: 6 * 60)
        #expect(try contains(shift, "2026-05-29T20:00:00Z"))
        #expect(try contains(shift, "2026-05-30T03:59:00Z"))
        #expect(try !contains(shift, "2026-05-30T20:00:00Z"))
        #expect(try !contains(shift, "2026-05-29T03:00:00Z"))
    }

    @Test("the night in which the clocks go back is an hour longer")
    func autumn() throws {
        let shift = Shift(fromMinute: 22 * 60, toMinute: 6 * 60)
        #expect(try contains(shift, "2026-10-25T04:59:00Z"))
        #expect(try !contains(shift, "2026-10-25T05:00:00Z"))
    }
}
