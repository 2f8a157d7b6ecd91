import Domain
import Foundation
import Media

/// The cameras as pages see them.
struct LiveDesk: LiveFeed {
    private let fleet: CameraFleet

    init(_ fleet: CameraFleet) { self.fleet = fleet }

    func cameras() -> [CameraView] { fleet.cameras.map(\.window.view) }

    func window(_ camera: CameraID) throws -> CameraWindow {
        guard let window = fleet[camera]?.window else { throw PortFailure.notFound("There is no such camera.") }
        return window
    }

    func video(of camera: CameraID) async throws -> LiveVideo {
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

    func picture(of camera: CameraID, at time: MediaTime?, maxWidth: Int?) async throws -> LivePicture {
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
