import Domain
import Foundation
import TestSupport
import Testing

@testable import Alerts

@Suite("Watching the silence")
struct WatchdogTests {
    private static let start = Date(timeIntervalSince1970: 1_780_000_000)
    private let dock = CameraID(rawValue: "dock")

    private func look(
        _ seconds: Double, online: Bool = true, packet: Double? = nil, picture: Double? = nil, analysed: Int = 0,
        skipped: Int = 0
    ) throws -> (Watchdog.CameraLook, Date) {
        let now = Self.start + seconds
        let look = Watchdog.CameraLook(
            camera: try #require(dock), isOnline: online, lastPacketAt: packet.map { Self.start + $0 },
            pictureChangedAt: picture.map { Self.start + $0 }, analysedFrames: analysed, skippedFrames: skipped)
        return (look, now)
    }

    private func wrong(_ watchdog: inout Watchdog, _ look: (Watchdog.CameraLook, Date)) -> [String] {
        watchdog.look(cameras: [look.0], outbox: [], at: look.1).compactMap { finding in
            if case .wrong(let notice) = finding { notice.kind } else { nil }
        }
    }

    private func watchdog() -> Watchdog { Watchdog(limits: .init(), startedAt: Self.start) }

    @Test("a camera that sends nothing is offline after its time, also when it never sent anything")
    func offline() throws {
        var watchdog = watchdog()
        #expect(wrong(&watchdog, try look(59, online: false)).isEmpty)
        #expect(wrong(&watchdog, try look(60, online: false)) == ["camera_offline"])
        // A connection that stands and is silent is no better.
        #expect(wrong(&watchdog, try look(200, online: true, packet: 100, picture: 100)) == ["camera_offline"])
        let (seen, now) = try look(201, packet: 201, picture: 201)
        let key = OperationalNotice.cameraOffline(try #require(dock), since: now).key
        #expect(watchdog.look(cameras: [seen], outbox: [], at: now).contains(.right(key)))
    }

    @Test("packets with always the same picture are told, and a change ends it")
    func frozen() throws {
        var watchdog = watchdog()
        #expect(wrong(&watchdog, try look(299, packet: 299, picture: 0)).isEmpty)
        #expect(wrong(&watchdog, try look(300, packet: 300, picture: 0)) == ["picture_frozen"])
        #expect(wrong(&watchdog, try look(305, packet: 305, picture: 304)).isEmpty)
        // Nothing was decoded yet: that is not a frozen picture.
        #expect(wrong(&watchdog, try look(900, packet: 900)).isEmpty)
    }

    @Test("the load is judged over whole minutes, and a restarted analysis begins anew")
    func degraded() throws {
        var watchdog = watchdog()
        func at(_ seconds: Double, _ analysed: Int, _ skipped: Int) throws -> [String] {
            wrong(&watchdog, try look(seconds, packet: seconds, picture: seconds, analysed: analysed, skipped: skipped))
        }
        #expect(try at(0, 0, 0).isEmpty)
        #expect(try at(30, 100, 400).isEmpty)
        #expect(try at(60, 300, 600) == ["analysis_degraded"])
        #expect(try at(90, 320, 700) == ["analysis_degraded"])
        #expect(try at(120, 900, 700).isEmpty)
        #expect(try at(130, 5, 100).isEmpty)
        #expect(try at(190, 6, 110).isEmpty)
    }

    @Test("a machine that is too slow for sixteen cameras is one notice that names how many, and it ends once for all")
    func overload() throws {
        var watchdog = watchdog()
        let cameras = try (1...16).map { try #require(CameraID(rawValue: "cam-\($0)")) }
        /// Cameras come online one after the other; each skips three of four frames, later none.
        func findings(_ seconds: Int, isSlow: Bool) -> [Watchdog.Finding] {
            let looks = cameras.enumerated().compactMap { index, camera -> Watchdog.CameraLook? in
                guard seconds >= index else { return nil }
                let analysed = 5 * seconds, skipped = isSlow ? 15 * seconds : 15 * 130
                return Watchdog.CameraLook(
                    camera: camera, isOnline: true, lastPacketAt: Self.start + Double(seconds),
                    pictureChangedAt: Self.start + Double(seconds), analysedFrames: analysed, skippedFrames: skipped)
            }
            return watchdog.look(cameras: looks, outbox: [], at: Self.start + Double(seconds))
        }
        var raised: [OperationalNotice] = []
        for seconds in stride(from: 0, through: 130, by: 5) {
            for case .wrong(let notice) in findings(seconds, isSlow: true) { raised.append(notice) }
        }
        #expect(Set(raised.map(\.key)) == ["analysis_degraded"])
        guard case .analysisOverloaded(let named, let fraction)? = raised.first else {
            Issue.record("\(raised)")
            return
        }
        #expect(named == cameras && abs(fraction - 0.75) < 0.01)
        var cleared: [Watchdog.Finding] = []
        for seconds in stride(from: 135, through: 260, by: 5) { cleared += findings(seconds, isSlow: false) }
        #expect(cleared.contains(.right("analysis_degraded")))
    }

    @Test("a channel whose messages wait too long is stuck, until they are gone")
    func stuck() {
        var watchdog = watchdog()
        func at(_ seconds: Double, waitingSince: Double?) -> [Watchdog.Finding] {
            let summary = ChannelBacklog(
                channel: "sms", waiting: waitingSince == nil ? 0 : 2, dead: 0,
                waitingSince: waitingSince.map { Self.start + $0 }, lastSentAt: nil, lastError: nil)
            return watchdog.look(cameras: [], outbox: [summary], at: Self.start + seconds)
        }
        #expect(at(299, waitingSince: 0) == [.right("outbox_stuck/sms")])
        #expect(at(300, waitingSince: 0) == [.wrong(.outboxStuck(channel: "sms", waiting: 2, since: Self.start))])
        #expect(at(301, waitingSince: nil) == [.right("outbox_stuck/sms")])
    }

    @Test(
        "the daily moment comes once a day by the clock on the wall, also when the clocks change",
        arguments: [
            ("2026-05-28T04:59:59Z", nil), ("2026-05-28T05:00:00Z", "2026-05-28"),
            ("2026-05-28T05:59:59Z", "2026-05-28"),
            ("2026-05-28T06:00:00Z", nil),
            // Winter time, and the nights of the changes.
            ("2026-01-28T06:00:00Z", "2026-01-28"), ("2026-03-29T05:00:00Z", "2026-03-29"),
            ("2026-10-25T06:00:00Z", "2026-10-25"),
        ] as [(String, String?)])
    func dailyMoment(_ now: String, _ expected: String?) throws {
        let moment = DailyMoment(minute: 7 * 60, timeZone: try #require(TimeZone(identifier: "Europe/Berlin")))
        #expect(moment.day(at: try Date(now, strategy: .iso8601)) == expected)
    }

    @Test("a moment that the clocks skip comes with the first one after")
    func skippedMoment() throws {
        let moment = DailyMoment(minute: 2 * 60 + 30, timeZone: try #require(TimeZone(identifier: "Europe/Berlin")))
        #expect(moment.day(at: try Date("2026-03-29T00:59:59Z", strategy: .iso8601)) == nil)
        #expect(moment.day(at: try Date("2026-03-29T01:00:00Z", strategy: .iso8601)) == "2026-03-29")
    }

    @Test("a camera added later has its time before it counts as offline; one that is gone has nothing wrong any more")
    func comeAndGo() throws {
        var watchdog = watchdog()
        let other = try #require(CameraID(rawValue: "gate"))
        #expect(watchdog.look(cameras: [], outbox: [], at: Self.start).isEmpty)
        #expect(wrong(&watchdog, try look(3600, online: false)).isEmpty)
        #expect(wrong(&watchdog, try look(3659, online: false)).isEmpty)
        #expect(wrong(&watchdog, try look(3660, online: false)) == ["camera_offline"])
        let now = Self.start + 3665
        let key = OperationalNotice.cameraOffline(try #require(dock), since: now).key
        let next = Watchdog.CameraLook(
            camera: other, isOnline: true, lastPacketAt: now, pictureChangedAt: now, analysedFrames: 0,
            skippedFrames: 0)
        #expect(watchdog.look(cameras: [next], outbox: [], at: now).contains(.right(key)))
        #expect(!watchdog.look(cameras: [next], outbox: [], at: now + 5).contains(.right(key)))
    }
}
