import Domain
import Foundation
import Logging
import Settings
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Alerts

/// What tells people, and an outside monitor, that nothing is silent because it is dead.
@Suite("Signs of life", .timeLimit(.minutes(10)))
struct SignsOfLifeTests {
    private let folder: TemporaryDirectory
    // 06:59:50 in Berlin.
    private let clock: ManualClock
    private let store: Store
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        folder = try TemporaryDirectory()
        clock = ManualClock(date: try Date("2026-05-28T04:59:50Z", strategy: .iso8601))
        store = try Store(path: folder.file("a.db").path, clock: clock)
    }

    /// Lets time pass in steps, each after the service has gone back to sleep.
    private func pass(seconds: Double, step: Double) async {
        var left = seconds
        while left > 0 {
            await clock.waitForSleepers()
            clock.advance(seconds: step)
            left -= step
        }
        await clock.waitForSleepers()
    }

    @Test(
        "the monitor hears a beat an interval while all gets on, none while something hangs, and beats again after it")
    func heartbeat() async throws {
        let monitor = try HTTPStub { _, number in number == 1 ? .respond(503) : .respond(200) }
        defer { monitor.stop() }
        let isWell = Mutex(true)
        let service = HeartbeatService(
            alerts: try alerts(heartbeat: monitor.baseURL + "/ping/s3cret"), isWell: { isWell.withLock { $0 } })
        let running = Task { try await service.run() }
        await monitor.waitForRequests(1)
        // One that refuses is asked again all the same.
        await pass(seconds: 180, step: 60)
        #expect(monitor.requests.map(\.target) == Array(repeating: "/ping/s3cret", count: 4))
        #expect(monitor.requests.allSatisfy { $0.method == "GET" })
        isWell.withLock { $0 = false }
        await pass(seconds: 600, step: 60)
        #expect(monitor.requests.count == 4)
        isWell.withLock { $0 = true }
        await pass(seconds: 60, step: 60)
        #expect(monitor.requests.count == 5)
        running.cancel()
        _ = await running.result
        clock.advance(seconds: 600)
        #expect(monitor.requests.count == 5)
    }

    private func alerts(heartbeat: String? = nil) throws -> AlertService {
        let configuration = try AislewatchConfiguration.parse(
            """
            cameras: [{id: dock, name: Dock, url: "rtsp://192.0.2.1/a"}, {id: aisle, url: "rtsp://192.0.2.2/a"}]
            site: {name: Hall 7, time_zone: Europe/Berlin}
            alerts:
              channels: [{name: hook, type: webhook, url: "http://127.0.0.1:9/x"}]
              operations: {all_well_at: "07:00"\(heartbeat.map { ", heartbeat_seconds: 60, heartbeat_url: \"\($0)\"" } ?? "")}
            """, file: "site.yaml", baseDirectory: folder.url,
            known: AislewatchConfiguration.KnownTypes(channels: ChannelRegistry.standard.types, modelFamilies: []))
        return try AlertService(configuration, store: store, clock: clock, logger: logger)
    }

    private func watching(
        _ isOnline: @escaping @Sendable () -> Bool, _ body: () async throws -> Void
    ) async throws {
        let alerts = try alerts()
        let cameras = try ["dock", "aisle"].map { try #require(CameraID(rawValue: $0)) }
        let clock = clock
        let service = WatchdogService(alerts: alerts) {
            cameras.map { camera in
                let isHere = camera.rawValue == "dock" || isOnline()
                return Watchdog.CameraLook(
                    camera: camera, isOnline: isHere, lastPacketAt: isHere ? clock.now() : nil,
                    pictureChangedAt: isHere ? clock.now() : nil, analysedFrames: 0, skippedFrames: 0)
            }
        }
        let running = Task { try await service.run() }
        try await body()
        running.cancel()
        _ = await running.result
        await alerts.notices.settle()
    }

    private func told(_ purpose: AlertPurpose) throws -> [String] {
        try store.unwatched.messages().filter { $0.alert.purpose == purpose }.map(\.alert.text).reversed()
    }

    @Test("once a day, at its moment, everybody hears that all is well; not again after a restart or a clock set back")
    func allWell() async throws {
        try await watching({ true }) { () async throws in
            await pass(seconds: 5, step: 5)
            #expect(try told(.allWell).isEmpty)
            await pass(seconds: 60, step: 5)
            #expect(try told(.allWell).count == 1)
            // An hour back, over the moment once more.
            clock.jump(to: clock.now() - 3_600)
            await pass(seconds: 3_720, step: 60)
        }
        try await watching({ true }) { await pass(seconds: 60, step: 5) }
        let texts = try told(.allWell)
        #expect(texts.count == 1 && texts[0].contains("2 of 2 cameras online"), "\(texts)")
        try await watching({ true }) { await pass(seconds: 86_400, step: 600) }
        #expect(try told(.allWell).count == 2)
    }

    @Test("a camera that is away is told as soon as it is, and the day's message says so instead of all is well")
    func notWell() async throws {
        let isOnline = Mutex(false)
        try await watching({ isOnline.withLock { $0 } }) {
            await pass(seconds: 120, step: 5)
        }
        #expect(try told(.notice).count == 1 && told(.notice)[0].contains("aisle"))
        clock.advance(seconds: 86_400 - 180)
        try await watching({ isOnline.withLock { $0 } }) { await pass(seconds: 120, step: 5) }
        let last = try #require(try told(.allWell).last)
        #expect(last.contains("aisle") && !last.contains("All well"), "\(last)")
    }
}
