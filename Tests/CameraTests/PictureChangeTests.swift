import Domain
import Foundation
import TestSupport
import Testing

@testable import Camera

@Suite("A camera whose picture never changes")
struct PictureChangeTests {
    private static let start = Date(timeIntervalSince1970: 1_780_000_000)

    @Test("the same samples again and again are a frozen picture; a new connection begins anew")
    func pictureChange() {
        let clock = ManualClock(date: Self.start)
        let change = PictureChange(clock: clock)
        change.note(checksum: 1)
        clock.advance(seconds: 100)
        change.note(checksum: 1)
        #expect(change.changedAt == Self.start)
        change.note(checksum: 2)
        #expect(change.changedAt == Self.start + 100)
        change.reset()
        #expect(change.changedAt == nil)
    }
}
