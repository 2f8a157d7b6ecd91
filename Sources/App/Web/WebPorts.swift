import Camera
import Dispatch
import Domain
import Foundation
import Media
import Recording
import Storage

/// Acknowledgements, snoozes and suppressions as the database keeps them.
struct StoredSilence: SilenceDesk {
    let store: Store
    let clock: any WallClock

    func acknowledge(_ incident: IncidentID, by: String) throws {
        _ = try store.acknowledge(incident, by: by, at: clock.now())
    }

    func acknowledgement(of incident: IncidentID) throws -> Acknowledgement? {
        try store.acknowledgement(of: incident)
    }

    func snoozes() throws -> [Snooze] { try store.snoozes(at: clock.now()) }

    func add(_ snooze: Snooze) throws -> Snooze { try store.add(snooze) }

    func endSnooze(_ id: Int64) throws -> Bool { try store.endSnooze(id, at: clock.now()) }

    func suppressions() throws -> [SuppressionView] { try store.activeSuppressions().map(Self.view) }

    func suppress(_ incident: Incident, until: Date, by: String) throws -> SuppressionView {
        Self.view(
            try store.addSuppression(Suppression(of: incident, from: clock.now(), until: until, by: by)))
    }

    func endSuppression(_ id: Int64, by: String) throws -> Bool { try store.removeSuppression(id, by: by) }

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
            jpeg = try await BlockingWork.run {
                try JPEGEncoder.encode(frame: frame, maxWidth: maxWidth, quality: 80)
            }
        } catch {
            throw PortFailure.offline("\(error)")
        }
        return LivePicture(
            jpeg: jpeg, time: window.shown(frame.time, date: frame.date), date: frame.date, frameSize: frame.size)
    }
}

extension IncidentExporter: IncidentArchive {
    public func makeArchive(of incident: IncidentID, by: String) async throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(path: "aislewatch-\(UUID().uuidString).zip")
        do {
            try await BlockingWork.run { try zip(incident, to: url) }
        } catch let error as StorageError {
            throw error
        } catch {
            throw PortFailure.notAvailable("It could not be exported: \(error)")
        }
        return url
    }
}
