import Foundation
import TestSupport
import Testing

@testable import Camera
@testable import Domain

@Suite("A camera's signs of life")
struct CameraProgressTests {
    private let clock = ManualClock()
    private let start = Date(timeIntervalSince1970: 1_780_000_000)

    private func makeProgress() throws -> CameraProgress {
        CameraProgress(camera: try #require(CameraID(rawValue: "dock")), clock: clock)
    }

    @Test("a camera that is switched off is no stall as long as connecting is tried again")
    func offlineCamera() throws {
        let progress = try makeProgress()
        for _ in 0..<20 {
            clock.advance(seconds: 20)
            progress.noteConnection()
            #expect(progress.stall(lastPacketAt: nil) == nil)
        }
    }

    @Test("a connection loop that does nothing at all has hung")
    func hungConnection() throws {
        let progress = try makeProgress()
        clock.advance(seconds: 44)
        #expect(progress.stall(lastPacketAt: nil) == nil)
        clock.advance(seconds: 2)
        #expect(progress.stall(lastPacketAt: nil)?.contains("connection has hung for 46 s") == true)
        progress.noteConnection()
        #expect(progress.stall(lastPacketAt: nil) == nil)
    }

    @Test("packets that come while no frame is analysed mean that the analysis has hung")
    func hungAnalysis() throws {
        let progress = try makeProgress()
        progress.noteOnline()
        for second in 1...45 {
            clock.advance(seconds: 1)
            #expect(progress.stall(lastPacketAt: start + Double(second)) == nil)
        }
        clock.advance(seconds: 1)
        #expect(progress.stall(lastPacketAt: start + 46)?.contains("analysis has hung for 46 s") == true)
        progress.noteFrame()
        #expect(progress.stall(lastPacketAt: start + 46) == nil)
    }

    @Test("a camera that comes back after an hour gets time to show its first frame")
    func backAfterAnHour() throws {
        let progress = try makeProgress()
        for _ in 0..<180 {
            clock.advance(seconds: 20)
            progress.noteConnection()
        }
        progress.noteOnline()
        clock.advance(seconds: 1)
        #expect(progress.stall(lastPacketAt: start) == nil)
    }
}
