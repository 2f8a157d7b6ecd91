public import Domain
public import Foundation
public import Media

/// The pictures that are shown to the model: spread over the incident, with its region framed.
public enum IncidentFrames {
    private static let colour: [UInt8] = [255, 140, 0]
    /// How long before the start the first picture lies: the model must see how it was.
    static let leadSeconds = 1.5

    /// Decodes them from a camera's ring. Takes a while; not for a thread that must not wait.
    /// - Parameters:
    ///   - count: How many.
    ///   - maxWidth: Width to which they are scaled down, in pixels.
    /// - Throws: What decoding or encoding throws.
    public static func collect(from ring: PacketRing, _ incident: Incident, count: Int, maxWidth: Int) throws -> [Data]
    {
        let first = incident.start.advanced(bySeconds: -leadSeconds)
        let last = max(incident.confirmed, incident.end)
        let span = max(0.1, last.seconds(since: first) ?? leadSeconds)
        let moments = (0..<max(2, count)).map {
            first.advanced(bySeconds: span * Double($0) / Double(max(2, count) - 1))
        }
        var pictures: [Data] = []
        var latest: VideoFrame?
        func take(_ frame: VideoFrame) throws {
            latest = frame
            guard pictures.count < moments.count, frame.time >= moments[pictures.count] else { return }
            pictures.append(try picture(frame, incident, maxWidth))
            // A gap in the stream stands for all moments in it.
            while pictures.count < moments.count, frame.time >= moments[pictures.count], let same = pictures.last {
                pictures.append(same)
            }
        }
        try StillFrames.each(in: ring, from: first) { frame in
            try take(frame)
            return pictures.count < moments.count
        }
        if pictures.count < moments.count, let latest { pictures.append(try picture(latest, incident, maxWidth)) }
        return pictures
    }

    /// One frame as JPEG with the incident's region framed.
    static func picture(_ frame: VideoFrame, _ incident: Incident, _ maxWidth: Int) throws -> Data {
        let width = min(frame.size.width, max(64, maxWidth))
        let size = FrameSize(width: width, height: max(1, frame.size.height * width / max(1, frame.size.width)))
        var image = RGBImage(size: size, pixels: [])
        FrameScaler().rgb(frame, width: size.width, height: size.height, into: &image.pixels)
        let region = incident.region.scaled(from: incident.frameSize, to: size)
        if !region.isEmpty { draw(region.expanded(by: 6), on: &image) }
        return try JPEGEncoder.encode(image, quality: 80)
    }

    private static func draw(_ region: Region, on image: inout RGBImage) {
        let inner = region.expanded(by: -2), outer = region.clamped(to: image.size)
        for y in outer.y..<max(outer.y, outer.endY) {
            for x in outer.x..<max(outer.x, outer.endX)
            where y < inner.y || y >= inner.endY || x < inner.x || x >= inner.endX {
                for channel in 0..<3 { image.pixels[(y * image.size.width + x) * 3 + channel] = colour[channel] }
            }
        }
    }
}
