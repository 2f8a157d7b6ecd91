import Domain
import Foundation
public import Logging
public import ServiceLifecycle

/// Keeps the cameras within what the machine can do: see ``AnalysisGovernor``.
public struct LoadService: Service {
    private static let intervalSeconds = 2.0

    private let fleet: CameraFleet
    private let share: AnalysisShare
    private let clock: any WallClock
    private let logger: Logger

    public init(cameras: CameraFleet, clock: any WallClock, logger: Logger) {
        fleet = cameras
        share = cameras.share
        self.clock = clock
        self.logger = logger
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var governor = AnalysisGovernor(), load = MachineLoad(), skipped: Int?
            while (try? await clock.sleep(seconds: Self.intervalSeconds)) != nil {
                let now = clock.monotonicSeconds()
                let measured = await BlockingWork.shared.run { [load] in
                    var load = load
                    let busy = load.busy(now: now)
                    return (load, busy)
                }
                load = measured.0
                let total = fleet.members.reduce(0) { $0 + ($1.statistics?.skippedFrames ?? 0) }
                defer { skipped = total }
                guard let busy = measured.1 else { continue }
                let hasSkipped = skipped.map { total > $0 } ?? false
                guard governor.look(busy: busy, hasSkipped: hasSkipped, now: now) else { continue }
                let before = share.value
                share.set(governor.share)
                say(governor.share, before: before, busy: busy)
            }
        }
    }

    private func say(_ share: Double, before: Double, busy: Double) {
        let percent = Int(clamping: (share * 100).rounded())
        guard share < before else {
            return logger.notice("the machine has room again: the network looks at \(percent) % of the set rate")
        }
        // The dearest cameras are where a change helps most.
        let dearest = fleet.members.map { ($0.id, $0.statistics?.totalMilliseconds ?? 0) }.sorted { $0.1 > $1.1 }
        let names = dearest.prefix(3).map(\.0.rawValue).joined(separator: ", ")
        let used = Int(clamping: (busy * 100).rounded())
        logger.warning(
            """
            the machine hardly keeps up (\(used) % of its time is used): the network looks at \(percent) % of the set rate for all \
            cameras. Most is spent on \(names): set a lower analysis_fps or a smaller analysis_url for them, or \
            analysis.mode: adaptive
            """)
    }
}
