import Domain
import Foundation
import Media

/// Where the `track` command's results go: an overlay video, mask pictures, JSON lines.
final class TrackOutput {
    /// One object in one frame.
    struct Seen {
        var object: Int
        var observation: MaskObservation
        /// Drawn as a cross when not nil.
        var click: Point?
    }

    private struct ObjectLine: Encodable {
        var object: Int
        var present: Bool
        var region: Region?
        var area_px: Int?
        var quality: Double?
    }

    private struct FrameLine: Encodable {
        var frame: Int
        var time_s: Double
        var objects: [ObjectLine]
    }

    private let videoPath: String?
    private let masksFolder: URL?
    private let json: Bool
    private let framesPerSecond: Double
    private var video: OverlayVideoWriter?
    private let scaler = FrameScaler()
    private(set) var frames = 0

    init(video: String?, masks: String?, json: Bool, framesPerSecond: Double) throws {
        videoPath = video
        masksFolder = masks.map { URL(fileURLWithPath: $0) }
        self.json = json
        self.framesPerSecond = framesPerSecond
        if let masksFolder {
            do {
                try FileManager.default.createDirectory(at: masksFolder, withIntermediateDirectories: true)
            } catch {
                throw CommandFailure("the folder \(masksFolder.path) can't be made: \(error.localizedDescription)")
            }
        }
    }

    func write(_ frame: VideoFrame, _ seen: [Seen]) throws {
        if let videoPath { try draw(frame, seen, path: videoPath) }
        if let masksFolder {
            var labels = [UInt8](repeating: 0, count: frame.size.area)
            for item in seen {
                item.observation.mask?.forEachRun { start, length in
                    for index in start..<start + length { labels[index] = UInt8(clamping: item.object + 1) }
                }
            }
            let name = String(format: "%05d.png", frames)
            try ImageFile.writePNG(gray: labels, size: frame.size, to: masksFolder.appending(path: name).path)
        }
        if json {
            try JSONOutput.write(FrameLine(frame: frames, time_s: frame.time.seconds, objects: seen.map(Self.line)))
        }
        frames += 1
    }

    func finish() throws { try video?.finish() }

    private func draw(_ frame: VideoFrame, _ seen: [Seen], path: String) throws {
        let writer: OverlayVideoWriter
        if let video {
            writer = video
        } else {
            writer = try OverlayVideoWriter(
                path: URL(fileURLWithPath: path), size: frame.size, framesPerSecond: framesPerSecond)
            video = writer
        }
        var image = RGBImage(size: frame.size, pixels: [])
        scaler.rgb(frame, width: frame.size.width, height: frame.size.height, into: &image.pixels)
        for item in seen {
            let painter = MaskPainter(object: item.object)
            if let mask = item.observation.mask { painter.fill(mask, on: &image) }
            if let click = item.click { painter.cross(at: click, on: &image) }
        }
        try writer.write(image, seconds: frame.time.seconds)
    }

    private static func line(_ seen: Seen) -> ObjectLine {
        switch seen.observation {
        case .present(let mask, let quality):
            ObjectLine(
                object: seen.object + 1, present: true, region: mask.boundingRegion, area_px: mask.area,
                quality: quality)
        case .lost:
            ObjectLine(object: seen.object + 1, present: false)
        }
    }
}
