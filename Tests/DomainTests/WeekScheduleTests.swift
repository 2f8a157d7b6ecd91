import Domain
import Foundation
import Testing

@Suite("Schedules of the week")
struct WeekScheduleTests {
    /// 2026-05-28 is a Thursday.
    private func date(_ text: String) throws -> Date {
        try Date(text, strategy: .iso8601)
    }

    @Test("a night shift belongs to the day on which it begins")
    func night() throws {
        let nights = WeekSchedule(
            name: "n", spans: [.init(weekdays: [4], fromMinute: 22 * 60, toMinute: 6 * 60)], timeZone: "UTC")
        #expect(try !nights.contains(date("2026-05-28T21:59:00Z")))
        #expect(try nights.contains(date("2026-05-28T22:00:00Z")))
        #expect(try nights.contains(date("2026-05-29T05:59:00Z")))
        #expect(try !nights.contains(date("2026-05-29T06:00:00Z")))
        #expect(try !nights.contains(date("2026-05-28T03:00:00Z")))
        #expect(try !nights.contains(date("2026-05-29T23:00:00Z")))
    }

    @Test("it goes by the site's clock, in summer and in winter")
    func timeZone() throws {
        let morning = WeekSchedule(
            name: "m", spans: [.init(fromMinute: 6 * 60, toMinute: 7 * 60)], timeZone: "Europe/Berlin")
        #expect(try morning.contains(date("2026-05-28T04:30:00Z")) && !morning.contains(date("2026-05-28T05:30:00Z")))
        #expect(try morning.contains(date("2026-01-15T05:30:00Z")) && !morning.contains(date("2026-01-15T04:30:00Z")))
    }

    @Test("without hours it is the whole day")
    func wholeDay() throws {
        let weekend = WeekSchedule(name: "w", spans: [.init(weekdays: [6, 7])], timeZone: "UTC")
        #expect(try weekend.contains(date("2026-05-30T00:00:00Z")) && weekend.contains(date("2026-05-31T23:59:00Z")))
        #expect(try !weekend.contains(date("2026-06-01T00:00:00Z")))
    }
}
