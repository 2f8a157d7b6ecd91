import Camera
import Domain
import Foundation
import Media
import ServiceLifecycle
import Settings
import Storage
import Synchronization
import Web

/// How the daemon does. Rates are those of the last seconds.
final class StatusService: Service {
    private struct Sample {
        var at: Double
        var packets: Int
        var analysed: Int
        var milliseconds: Double
    }

    private struct Rates {
        var fpsIn: Double
        var fpsAnalysed: Double
        var analysisMilliseconds: Double?
    }

    private static let sampleSeconds = 4.0
    /// The forecast looks back this far at most.
    private static let forecastDays = 7.0

    private let fleet: CameraFleet
    private let configuration: AislewatchConfiguration
    private let store: Store
    private let clock: any WallClock
    private let startedAt: Double
    private let samples = Mutex<[CameraID: (last: Sample, rates: Rates?)]>([:])

    init(cameras: CameraFleet, configuration: AislewatchConfiguration, store: Store, clock: any WallClock) {
        fleet = cameras
        self.configuration = configuration
        self.store = store
        self.clock = clock
        startedAt = clock.monotonicSeconds()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                self.sample()
                guard (try? await self.clock.sleep(seconds: Self.sampleSeconds)) != nil else { return }
            }
        }
    }

    private func sample() {
        let now = clock.monotonicSeconds()
        for camera in fleet.members {
            let statistics = camera.statistics
            let fresh = Sample(
                at: now, packets: camera.window.recorded.statistics.packets, analysed: statistics?.analysedFrames ?? 0,
                milliseconds: statistics?.totalMilliseconds ?? 0)
            samples.withLock { samples in
                guard let last = samples[camera.id]?.last, now > last.at else {
                    samples[camera.id] = (fresh, samples[camera.id]?.rates)
                    return
                }
                let seconds = now - last.at
                // A new pipeline counts from 0.
                let analysed = max(0, fresh.analysed - last.analysed)
                samples[camera.id] = (
                    fresh,
                    Rates(
                        fpsIn: Double(max(0, fresh.packets - last.packets)) / seconds,
                        fpsAnalysed: Double(analysed) / seconds,
                        analysisMilliseconds: analysed > 0
                            ? max(0, fresh.milliseconds - last.milliseconds) / Double(analysed) : nil)
                )
            }
        }
    }

    func status() async -> DaemonStatus {
        DaemonStatus(
            version: AislewatchDaemon.version, uptimeSeconds: Int(clamping: clock.monotonicSeconds() - startedAt),
            modelFamily: configuration.model.family, modelDevice: configuration.model.device.rawValue,
            analysisShare: fleet.share.value, cameras: fleet.members.map(line), disk: await disk())
    }

    private func line(_ camera: CameraSupervisor) -> DaemonStatus.Camera {
        let ring = camera.window.recorded.statistics
        let rates = samples.withLock { $0[camera.id]?.rates }
        var line = DaemonStatus.Camera(view: camera.window.view)
        line.fpsIn = rates?.fpsIn
        line.fpsAnalysed = rates?.fpsAnalysed
        line.analysisMs = rates?.analysisMilliseconds
        switch camera.pace {
        case .full(let reason): (line.analysis, line.analysisReason) = ("full", reason.rawValue)
        case .still: line.analysis = "still"
        case nil: break
        }
        let decisions = camera.statistics?.decisions.percentiles
        (line.decisionMsP50, line.decisionMsP95, line.decisionMsP99) = (decisions?.p50, decisions?.p95, decisions?.p99)
        line.decoder = camera.decodingMethod?.description
        line.skippedFrames = camera.statistics?.skippedFrames ?? 0
        line.damagedFrames = camera.statistics?.damagedFrames ?? 0
        line.failedFrames = camera.statistics?.failedFrames ?? 0
        line.reconnects = camera.window.reconnects
        line.lastPacketAt = camera.lastPacketAt
        line.lastKeyFrameAt = camera.window.recorded.lastKeyFrameDate
        line.keyFrameSeconds = ring.gops > 1 && ring.seconds > 0 ? ring.seconds / Double(ring.gops) : nil
        line.bitrateKbps = ring.seconds > 1 ? Double(ring.bytes) * 8 / 1000 / ring.seconds : nil
        line.ringSeconds = ring.seconds
        line.ringBytes = ring.bytes
        line.viewers = camera.window.broadcast.viewerCount
        return line
    }

    private func disk() async -> DaemonStatus.Disk {
        let now = clock.now()
        let summary = try? await store.perform { store in
            try store.clipSummary(recentSince: now - Self.forecastDays * 86_400)
        }
        let space = await BlockingWork.shared.run { [path = configuration.recording.directory.path] in
            try? LocalFileSystem().space(path)
        }
        let days = summary?.oldestAt.map { min(Self.forecastDays, now.timeIntervalSince($0) / 86_400) }
        // An hour says nothing about days.
        let perDay = days.flatMap { $0 > 1 / 24.0 ? Double(summary?.recentBytes ?? 0) / $0 : nil }
        return DaemonStatus.Disk(
            freeBytes: space?.availableBytes ?? 0, totalBytes: space?.totalBytes ?? 0, clipsBytes: summary?.bytes ?? 0,
            clips: summary?.count ?? 0,
            bytesPerDay: perDay)
    }
}
