import Alerts
import Camera
import Domain
import Foundation
import Logging
import Media
import Recording
import Storage
import Web

extension ClipCopies: PlayableCopies {
    public func copy(of clip: Clip, fromSeconds: Double) async -> PlayableCopyState {
        switch await ask(for: clip, fromSeconds: fromSeconds) {
        case .waiting(let ahead): .waiting(ahead: ahead)
        case .making(let making):
            .making(
                progress: making.progress,
                part: making.part.map {
                    .init(
                        file: $0, startSeconds: making.startSeconds, codec: making.codec, isWhole: making.isPartWhole)
                })
        case .ready(let file): .ready(file)
        case .failed(let failure): .failed(failure.rawValue)
        }
    }
}

extension TrackedTargets: TargetService {}
extension StreamTrial: StreamTester {}
extension ChannelTrial: ChannelTester {}

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
