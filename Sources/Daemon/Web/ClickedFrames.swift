import Domain
import Media

/// The pictures that were clicked last, some for each camera: somebody who takes a while for the next click, or for a name,
/// means the same one, also when the ring has let it go.
struct ClickedFrames {
    /// For each camera. A picture of 1920 x 1080 has 3 MB.
    static let kept = 4

    private var held: [CameraID: [(time: MediaTime, frame: VideoFrame)]] = [:]

    func frame(of camera: CameraID, at time: MediaTime) -> VideoFrame? {
        held[camera]?.last { $0.time == time }?.frame
    }

    /// - Parameter time: As the page named it; the frame's own may lie beside it.
    mutating func keep(_ frame: VideoFrame, of camera: CameraID, at time: MediaTime) {
        held[camera, default: []].removeAll { $0.time == time }
        held[camera, default: []].append((time, frame))
        if let count = held[camera]?.count, count > Self.kept { held[camera]?.removeFirst() }
    }
}
