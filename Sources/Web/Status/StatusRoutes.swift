import Domain
import Foundation
import Hummingbird
import Storage

/// How the daemon does.
struct StatusRoutes: Sendable {
    let api: APIRouter

    struct WarningView: Encodable {
        var at: Date
        var level: String
        var message: String
        var count: Int

        init(_ warning: LogWarning) {
            at = warning.at
            level = warning.level
            message = warning.message
            count = warning.count
        }
    }

    private struct CameraLine: Encodable {
        var id: CameraID
        var name: String
        var state: String
        var stateText: String
        var codec: String?
        var size: FrameSize?
        var fpsIn: Double?
        var fpsAnalysed: Double?
        var skippedFrames: Int
        var damagedFrames: Int
        var failedFrames: Int
        var reconnects: Int
        var lastPacketAt: Date?
        var lastKeyFrameAt: Date?
        var keyFrameSeconds: Double?
        var analysisMs: Double?
        var bitrateKbps: Double?
        var ringSeconds: Double
        var ringBytes: Int
        var viewers: Int

        init(_ camera: DaemonStatus.Camera) {
            id = camera.view.id
            name = camera.view.name
            state = camera.view.state.rawValue
            stateText = camera.view.stateText
            codec = camera.view.codec
            size = camera.view.frameSize
            fpsIn = camera.fpsIn
            fpsAnalysed = camera.fpsAnalysed
            skippedFrames = camera.skippedFrames
            damagedFrames = camera.damagedFrames
            failedFrames = camera.failedFrames
            reconnects = camera.reconnects
            lastPacketAt = camera.lastPacketAt
            lastKeyFrameAt = camera.lastKeyFrameAt
            keyFrameSeconds = camera.keyFrameSeconds
            analysisMs = camera.analysisMilliseconds
            bitrateKbps = camera.bitrateKbps
            ringSeconds = camera.ringSeconds
            ringBytes = camera.ringBytes
            viewers = camera.viewers
        }
    }

    private struct Disk: Encodable {
        var freeBytes: Int64
        var totalBytes: Int64
        var clipsBytes: Int64
        var clips: Int
        var bytesPerDay: Double?
        var daysLeft: Double?
        var text: String
    }

    private struct Model: Encodable {
        var family: String
        var device: String
        var latencyMs: Double?
    }

    private struct Outbox: Encodable {
        var pending: Int
        var dead: Int
        var oldestPendingAt: Date?
        var lastSentAt: Date?
    }

    private struct View: Encodable {
        var version: String
        var uptimeSeconds: Int
        var model: Model
        var cameras: [CameraLine]
        var disk: Disk
        var outbox: Outbox
        var warnings: [WarningView]
    }

    func add() {
        let services = api.services
        api.on(.get, "/status", role: .viewer) { _ in
            guard let source = services.status else { throw APIError.notAvailable("Nothing is known here.") }
            let status = await source.status()
            let outbox = try await services.store.perform { try $0.outboxSummary() }
            let latencies = status.cameras.compactMap(\.analysisMilliseconds)
            let disk = status.disk
            return .json(
                View(
                    version: status.version, uptimeSeconds: status.uptimeSeconds,
                    model: Model(
                        family: status.modelFamily, device: status.modelDevice,
                        latencyMs: latencies.isEmpty ? nil : latencies.reduce(0, +) / Double(latencies.count)),
                    cameras: status.cameras.map(CameraLine.init),
                    disk: Disk(
                        freeBytes: disk.freeBytes, totalBytes: disk.totalBytes, clipsBytes: disk.clipsBytes,
                        clips: disk.clips, bytesPerDay: disk.bytesPerDay, daysLeft: disk.daysLeft, text: disk.text),
                    outbox: Outbox(
                        pending: outbox.waiting, dead: outbox.dead, oldestPendingAt: outbox.waitingSince,
                        lastSentAt: outbox.lastSentAt),
                    warnings: services.warnings().map(WarningView.init)))
        }
    }
}
