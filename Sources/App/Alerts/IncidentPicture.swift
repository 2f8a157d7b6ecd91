import Domain
import Foundation
import Media

/// A frame with the incident's place framed.
enum IncidentPicture {
    private static let frameColour: [UInt8] = [255, 176, 0]

    static func jpeg(_ frame: VideoFrame, incident: Incident, maxWidth: Int, quality: Int) throws -> Data {
        let width = min(maxWidth, frame.size.width)
        let size = FrameSize(width: width, height: max(1, frame.size.height * width / max(1, frame.size.width)))
        var image = RGBImage(size: size, pixels: [])
        FrameScaler().rgb(frame, width: size.width, height: size.height, into: &image.pixels)
        if !incident.region.isEmpty, incident.frameSize.width > 0 {
            let thickness = max(2, size.height / 180)
            let region = incident.region.scaled(from: incident.frameSize, to: size)
            draw(region.expanded(by: thickness * 2), thickness, on: &image)
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
                for channel in 0..<3 { image.pixels[index + channel] = frameColour[channel] }
            }
        }
    }
}
