import Domain
import Foundation
import Media

/// Makes a clip's poster: a frame of the incident with its place outlined.
enum PosterMaker {
    private static let outlineColour: [UInt8] = [255, 176, 0]

    /// From the camera's ring: the frame at `time`, or the nearest that can be had.
    static func poster(from ring: PacketRing, at time: MediaTime, region: Region?, regionSize: FrameSize) throws
        -> Data?
    {
        try StillFrames.nearest(in: ring, to: time).map { try poster($0, region: region, regionSize: regionSize) }
    }

    /// From a clip's file: the frame at `seconds`, or the nearest that can be had.
    static func poster(from file: URL, seconds: Double, region: Region?, regionSize: FrameSize) throws -> Data? {
        try StillFrames.nearest(in: file, to: seconds).map { try poster($0, region: region, regionSize: regionSize) }
    }

    /// The frame as JPEG with `region`, measured in a frame of `regionSize`, framed; wider frames are scaled down to
    /// `maxWidth` pixels.
    static func poster(
        _ frame: VideoFrame, region: Region?, regionSize: FrameSize, maxWidth: Int = .max, quality: Int = 85
    ) throws -> Data {
        let width = min(maxWidth, frame.size.width)
        let size = FrameSize(width: width, height: max(1, frame.size.height * width / max(1, frame.size.width)))
        var image = RGBImage(size: size, pixels: [])
        FrameScaler().rgb(frame, width: size.width, height: size.height, into: &image.pixels)
        if let region, !region.isEmpty, regionSize.width > 0 {
            let thickness = max(2, size.height / 180)
            draw(region.scaled(from: regionSize, to: size).expanded(by: thickness * 2), thickness, on: &image)
        }
        return try JPEGEncoder.encode(image, quality: quality)
    }

    private static func draw(_ region: Region, _ thickness: Int, on image: inout RGBImage) {
        let inner = region.expanded(by: -thickness)
        let outer = region.clamped(to: image.size)
        for y in outer.y..<max(outer.y, outer.endY) {
            for x in outer.x..<max(outer.x, outer.endX)
            where y < inner.y || y >= inner.endY || x < inner.x || x >= inner.endX {
                let index = (y * image.size.width + x) * 3
                for channel in 0..<3 { image.pixels[index + channel] = outlineColour[channel] }
            }
        }
    }
}
