import Domain
import Evaluation
import Media
import TestSupport
import Testing
import Vision

@Suite("How many cameras a machine takes")
struct MachinePlanTests {
    private func camera(_ number: Int, isAdaptive: Bool = true) -> MachinePlan.Camera {
        // 0.6 CPU-seconds a minute while still (0.12 + 0.02 a key frame, every 4 s), 12.12 while busy.
        MachinePlan.Camera(
            id: CameraID(rawValue: "c\(number)")!,
            cost: StreamCost(readSeconds: 0.002, watchSeconds: 0.1, glanceSeconds: 0.032, lookSeconds: 0.02),
            analysisFPS: 5, isAdaptive: isAdaptive)
    }

    private func plan(_ count: Int, processors: Int = 2, isAdaptive: Bool = true) -> MachinePlan {
        MachinePlan(cameras: (0..<count).map { camera($0, isAdaptive: isAdaptive) }, processors: processors)
    }

    @Test("a camera costs what is received, decoded and looked at of it")
    func costs() {
        #expect(abs(camera(0).stillMinute - 0.6) < 1e-9)
        #expect(abs(camera(0).busyMinute - 12.12) < 1e-9)
        #expect(abs(camera(0, isAdaptive: false).stillMinute - 6.12) < 1e-9)
    }

    @Test("few fit; of many it says how many may be busy at once, and what helps")
    func fitting() {
        // Two processors have 96 of 120 CPU-seconds for cameras.
        #expect(plan(7).fits && plan(7).advice.isEmpty)
        #expect(plan(7).mostBusy == 7 && (159...160).contains(plan(7).mostStill))
        #expect(!plan(16).fits)
        // 86.4 beside 16 still ones, 11.52 more for each that is busy.
        #expect(plan(16).busyAtOnce == 7)
        #expect(plan(16).advice.contains { $0.contains("analysis_url") })
        #expect(plan(16).advice.contains { $0.contains("5 processors") })
        #expect(plan(200).busyAtOnce == nil)
        #expect(plan(16, isAdaptive: false).advice.first?.contains("adaptive") == true)
        // Where the network is what is too much, a lower rate is enough.
        #expect(plan(9).advice.contains { $0.contains("analysis.fps: 3") || $0.contains("analysis.fps: 4") })
    }

    @Test("what a stream costs is measured on it")
    func measured() async throws {
        let folder = try TemporaryDirectory()
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 3)
        let (info, cost) = try await StreamCostProbe(family: nil, seconds: 2).measure(SourceOptions(url: file.path))
        #expect(info.frameSize == FrameSize(width: 320, height: 180))
        #expect(cost.watchSeconds > 0 && cost.glanceSeconds > 0 && cost.lookSeconds == 0)
        // A second of ten small frames takes no second.
        #expect(cost.watchSeconds < 1 && cost.readSeconds < cost.watchSeconds)
    }
}
