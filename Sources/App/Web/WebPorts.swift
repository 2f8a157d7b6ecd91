import Camera
import Domain
import Foundation
import Logging
import Media
import Recording
import Storage

/// Acknowledgements, snoozes and suppressions as the database keeps them.
struct StoredSilence: SilenceDesk {
    let store: Store
    let clock: any WallClock

    func acknowledge(_ incident: IncidentID, by: String) async throws {
        let now = clock.now()
        _ = try await store.perform { try $0.acknowledge(incident, by: by, at: now) }
    }

    func snoozes() async throws -> [Snooze] {
        let now = clock.now()
        return try await store.perform { try $0.snoozes(at: now) }
    }

    func add(_ snooze: Snooze) async throws -> Snooze { try await store.perform { try $0.add(snooze) } }

    func endSnooze(_ id: Int64) async throws -> Bool {
        let now = clock.now()
        return try await store.perform { try $0.endSnooze(id, at: now) }
    }

    func suppressions() async throws -> [SuppressionView] {
        try await store.perform { try $0.activeSuppressions() }.map(Self.view)
    }

    func suppress(_ incident: Incident, until: Date, by: String) async throws -> SuppressionView {
        let suppression = Suppression(of: incident, from: clock.now(), until: until, by: by)
        return Self.view(try await store.perform { try $0.addSuppression(suppression) })
    }

    func endSuppression(_ id: Int64, by: String) async throws -> Bool {
        try await store.perform { try $0.removeSuppression(id, by: by) }
    }

    private static func view(_ suppression: Suppression) -> SuppressionView {
        let size = suppression.frameSize
        let region = suppression.region.flatMap { region -> [Double]? in
            guard size.width > 0, size.height > 0 else { return nil }
            let width = Double(size.width), height = Double(size.height)
            return [
                Double(region.x) / width, Double(region.y) / height, Double(region.width) / width,
                Double(region.height) / height,
            ]
        }
        return SuppressionView(
            id: suppression.id, camera: suppression.camera,
            rule: suppression.ruleName ?? suppression.kind?.rawValue ?? "all", region: region,
            until: suppression.untilDate, createdBy: suppression.by, createdAt: suppression.createdDate)
    }
}

extension CameraFleet: LiveFeed {
    public func cameras() -> [CameraView] { members.map(\.window.view) }

    private func window(_ camera: CameraID) throws -> CameraWindow {
        guard let window = self[camera]?.window else { throw PortFailure.notFound("There is no such camera.") }
        return window
    }

    public func video(of camera: CameraID) async throws -> LiveVideo {
        let window = try window(camera)
        let view = window.view
        if window.recorded.parameters == nil {
            throw PortFailure.offline("\(view.name) has not sent a picture yet. \(view.stateText)")
        }
        guard view.codec != nil else {
            throw PortFailure.conflict("\(view.name) sends what browsers can't play; ask for live.mjpeg.")
        }
        guard let opening = await window.broadcast.open() else {
            throw PortFailure.offline("\(view.name) sends nothing now. \(view.stateText)")
        }
        return LiveVideo(
            codec: opening.codec, epoch: opening.epoch, offsetPts90k: opening.offsetPts90k, header: opening.header,
            fragments: opening.fragments)
    }

    public func picture(of camera: CameraID, at time: MediaTime?, maxWidth: Int?) async throws -> LivePicture {
        let window = try window(camera)
        if time == nil, window.view.state == .offline {
            throw PortFailure.offline("\(window.camera.name) is offline. \(window.view.stateText)")
        }
        let frame = try await window.frame(at: time)
        let jpeg: Data
        do {
            jpeg = try await BlockingWork.shared.run {
                try JPEGEncoder.encode(frame: frame, maxWidth: maxWidth, quality: 80)
            }
        } catch {
            throw PortFailure.offline("\(error)")
        }
        return LivePicture(
            jpeg: jpeg, time: window.shown(frame.time, date: frame.date), date: frame.date, frameSize: frame.size)
    }
}

/// An incident as a ZIP file.
struct IncidentZip: IncidentArchive {
    let exporter: IncidentExporter
    let logger: Logger

    func makeArchive(of incident: IncidentID, by: String) async throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(path: "aislewatch-\(UUID().uuidString).zip")
        do {
            let missing = try await BlockingWork.shared.run { [exporter] in try exporter.zip(incident, to: url) }
            for file in missing { logger.warning("the export of incident \(incident) is without \(file)") }
        } catch let error as StorageError {
            throw error
        } catch {
            throw PortFailure.notAvailable("It could not be exported: \(error)")
        }
        return url
    }
}
