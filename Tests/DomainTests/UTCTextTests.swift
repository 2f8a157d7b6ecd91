import Domain
import Foundation
import TestSupport
import Testing

@Suite("Dates as text")
struct UTCTextTests {
    @Test(
        "known moments",
        arguments: [
            (0.0, "1970-01-01T00:00:00.000Z"), (1_780_000_000.125, "2026-05-28T20:26:40.125Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
            (4_107_542_399.999_6, "2100-03-01T00:00:00.000Z"), (-11_676_096_000, "1600-01-01T00:00:00.000Z"),
            (253_402_300_799.999, "9999-12-31T23:59:59.999Z"),
        ])
    func known(_ seconds: Double, _ text: String) {
        #expect(UTCText.string(Date(timeIntervalSince1970: seconds)) == text)
        let back = UTCText.date(text)?.timeIntervalSince1970
        #expect(back.map { abs($0 - seconds) < 0.001 } == true)
    }

    @Test("text and back agree to a millisecond, and text order is time order")
    func roundTrip() {
        var random = SeededGenerator(seed: 11)
        let milliseconds = (0..<2000).map { _ in
            Int64.random(in: -11_000_000_000_000...250_000_000_000_000, using: &random)
        }
        var texts: [String] = []
        for value in milliseconds.sorted() {
            let text = UTCText.string(Date(timeIntervalSince1970: Double(value) / 1000))
            #expect(UTCText.date(text) == Date(timeIntervalSince1970: Double(value) / 1000))
            texts.append(text)
        }
        #expect(texts == texts.sorted())
    }

    @Test("impossible dates are clamped, not a crash", arguments: [Double.infinity, -.infinity, .nan, 1e300])
    func clamped(_ seconds: Double) {
        #expect(UTCText.date(UTCText.string(Date(timeIntervalSince1970: seconds))) != nil)
    }

    @Test(
        "other forms are refused",
        arguments: [
            "", "2026-05-28", "2026-05-28 20:26:40.125", "2026-05-28T20:26:40Z", "2026-05-28T20:26:40.12xZ",
            "2026-05-28T20:26:40.125+00:00", "2026-02-30T20:26:40.125Z",
        ])
    func refused(_ text: String) { #expect(UTCText.date(text) == nil) }

    @Test(
        "what others write is read too",
        arguments: ["2026-05-28T20:26:40Z", "2026-05-28T20:26:40.000Z", "2026-05-28T22:26:40+02:00"])
    func others(_ text: String) { #expect(UTCText.anyDate(text) == Date(timeIntervalSince1970: 1_780_000_000)) }
}
