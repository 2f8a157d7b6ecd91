public import Domain
public import Foundation
import Media
public import Storage
import Synchronization

/// Pictures for messages: the frame at which an incident was confirmed, with its place framed; later the clip's poster.
///
/// The first message leaves before there is a file, so the latest incidents' frames are kept in memory.
public final class IncidentPictures: Sendable {
    private struct Kept {
        var incident: Incident
        var frame: VideoFrame
    }

    private enum Look {
        case found(Data)
        /// It may come.
        case notYet
        case none
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

    public init(store: Store, clips: any ClipSource, clock: any WallClock) {
        self.store = store
        self.clips = clips
        self.clock = clock
    }

    /// Keeps the frame of a new incident.
    public func keep(_ frame: VideoFrame, of incident: Incident) {
        kept.withLock { kept in
            kept.append(Kept(incident: incident, frame: frame))
            if kept.count > Self.maximumKept { kept.removeFirst() }
        }
    }

    public func picture(of incident: IncidentID, maximumBytes: Int) async -> Data? {
        if let kept = kept.withLock({ $0.last { $0.incident.id == incident } }) {
            return await BlockingWork.shared.run {
                for size in Self.sizes {
                    let picture = try? PosterMaker.poster(
                        kept.frame, region: kept.incident.region, regionSize: kept.incident.frameSize,
                        maxWidth: size.width, quality: size.quality)
                    guard let picture else { return nil }
                    if picture.count <= maximumBytes { return picture }
                }
                return nil
            }
        }
        return await poster(of: incident, maximumBytes)
    }

    /// Looks again whenever something came of a clip, until the patience is over.
    private func poster(of incident: IncidentID, _ maximumBytes: Int) async -> Data? {
        // Asked for before the first look, so that no poster slips in between.
        let changes = store.changes(of: .outcomes)
        return await withTaskGroup(of: Data?.self) { group in
            group.addTask {
                var look = await self.look(incident, maximumBytes)
                var iterator = changes.makeAsyncIterator()
                while case .notYet = look, await iterator.next() != nil {
                    look = await self.look(incident, maximumBytes)
                }
                guard case .found(let data) = look else { return nil }
                return data
            }
            group.addTask { [clock] in
                try? await clock.sleep(seconds: Self.posterPatienceSeconds)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func look(_ incident: IncidentID, _ maximumBytes: Int) async -> Look {
        let found = try? await store.perform { store in
            (clips: try store.clips(of: incident), incident: try store.incident(incident))
        }
        guard let found else { return .none }
        for clip in found.clips {
            let fitting = await BlockingWork.shared.run { [clips] () -> Data? in
                guard let file = clips.posterFile(of: clip), let data = try? Data(contentsOf: file) else { return nil }
                return Self.fit(data, file, maximumBytes)
            }
            if let fitting { return .found(fitting) }
        }
        let isYoung = found.incident.map { clock.now().timeIntervalSince($0.confirmedDate) < 30 } ?? false
        return isYoung ? .notYet : .none
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
