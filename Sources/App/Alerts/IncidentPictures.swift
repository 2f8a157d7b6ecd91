import Alerts
import Domain
import Foundation
import Media
import Storage
import Synchronization

/// Pictures for messages: the frame at which an incident was confirmed, with its place framed; later the clip's poster.
///
/// The first message leaves before there is a file, so the latest incidents' frames are kept in memory.
final class IncidentPictures: PictureSource {
    private struct Kept {
        var incident: Incident
        var frame: VideoFrame
    }

    private let store: Store
    private let clips: any ClipSource
    private let clock: any WallClock
    private let kept = Mutex<[Kept]>([])

    /// A frame has some megabytes; messages leave within seconds.
    private static let maximumKept = 6
    /// A recording that somebody asked for has no frame of its own: its poster is there after a moment.
    private static let posterPatienceSeconds = 3.0
    private static let sizes: [(width: Int, quality: Int)] = [
        (1280, 85), (960, 80), (640, 78), (480, 70), (320, 60), (240, 45),
    ]

    init(store: Store, clips: any ClipSource, clock: any WallClock) {
        self.store = store
        self.clips = clips
        self.clock = clock
    }

    /// Keeps the frame of a new incident.
    func keep(_ frame: VideoFrame, of incident: Incident) {
        kept.withLock { kept in
            kept.append(Kept(incident: incident, frame: frame))
            if kept.count > Self.maximumKept { kept.removeFirst() }
        }
    }

    func picture(of incident: IncidentID, maximumBytes: Int) async -> Data? {
        if let kept = kept.withLock({ $0.last { $0.incident.id == incident } }) {
            return await BlockingWork.shared.run {
                for size in Self.sizes {
                    let picture = try? IncidentPicture.jpeg(
                        kept.frame, incident: kept.incident, maxWidth: size.width, quality: size.quality)
                    guard let picture else { return nil }
                    if picture.count <= maximumBytes { return picture }
                }
                return nil
            }
        }
        return await poster(of: incident, maximumBytes)
    }

    private func poster(of incident: IncidentID, _ maximumBytes: Int) async -> Data? {
        let began = clock.monotonicSeconds()
        while true {
            let found = try? await store.perform { store in
                (clips: try store.clips(of: incident), incident: try store.incident(incident))
            }
            guard let found else { return nil }
            for clip in found.clips {
                let fitting = await BlockingWork.shared.run { [clips] () -> Data? in
                    guard let file = clips.posterFile(of: clip), let data = try? Data(contentsOf: file) else {
                        return nil
                    }
                    return Self.fit(data, file, maximumBytes)
                }
                if let fitting { return fitting }
            }
            let isYoung = found.incident.map { clock.now().timeIntervalSince($0.confirmedDate) < 30 } ?? false
            guard isYoung, clock.monotonicSeconds() - began < Self.posterPatienceSeconds else { return nil }
            guard (try? await clock.sleep(seconds: 0.2)) != nil else { return nil }
        }
    }

    private static func fit(_ data: Data, _ file: URL, _ maximumBytes: Int) -> Data? {
        if data.count <= maximumBytes { return data }
        guard let image = try? ImageFile.read(file.path) else { return nil }
        for quality in [70, 50, 35, 20] {
            guard let smaller = try? JPEGEncoder.encode(image, quality: quality) else { return nil }
            if smaller.count <= maximumBytes { return smaller }
        }
        return nil
    }
}
