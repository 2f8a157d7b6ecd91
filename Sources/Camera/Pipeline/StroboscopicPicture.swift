import Domain
import Media

/// One picture that shows a whole way: what fell, in several moments from where it stood to where it lies, each with its
/// outline and the time before the last one.
///
/// Named after the photographs by flashes at even intervals (Edgerton, *Flash!*, 1939).
enum StroboscopicPicture {
    /// More would hide each other.
    private static let mostMoments = 6
    /// Two that cover each other by more than this IoU show the same.
    private static let mostOverlap = 0.35
    private static let outline: [UInt8] = [255, 176, 0]
    private static let ink: [UInt8] = [255, 255, 255]

    /// - Parameters:
    ///   - path: its masks, in pixels of the frames.
    ///   - frames: those of the path, in order of time.
    ///   - isLiquid: it only grew: earlier outlines are drawn, and nothing is copied over it.
    /// - Returns: nil where the path has fewer than two moments that differ.
    /// - Throws: `MediaError`.
    static func make(_ path: RetracedPath, frames: [VideoFrame], isLiquid: Bool) throws -> VideoFrame? {
        let chosen = moments(path)
        guard chosen.count >= 2, let last = frames.last else { return nil }
        let scaler = FrameScaler()
        var image = RGBImage(size: last.size, pixels: [])
        scaler.rgb(last, width: last.size.width, height: last.size.height, into: &image.pixels)
        var crop: [UInt8] = []
        for moment in chosen {
            guard let mask = moment.mask, mask.size == last.size,
                let frame = frames.first(where: { $0.time.seconds == moment.seconds }), frame.size == last.size
            else { continue }
            let region = moment.region.clamped(to: last.size)
            guard !region.isEmpty else { continue }
            if !isLiquid, moment.seconds < path.promptSeconds {
                scaler.rgb(frame, crop: region, width: region.width, height: region.height, into: &crop)
                mask.forEachRowRun { row, column, length in
                    guard row >= region.y, row < region.endY else { return }
                    for x in max(column, region.x)..<max(region.x, min(column + length, region.endX)) {
                        let from = ((row - region.y) * region.width + x - region.x) * 3
                        let to = (row * image.size.width + x) * 3
                        for channel in 0..<3 { image.pixels[to + channel] = crop[from + channel] }
                    }
                }
            }
            drawOutline(of: mask, region, on: &image)
        }
        var written: [Region] = []
        for moment in chosen where moment.seconds < path.promptSeconds {
            drawTime(path.promptSeconds - moment.seconds, beside: moment.region, on: &image, without: &written)
        }
        return try VideoFrame(image: image, time: last.time, date: last.date)
    }

    /// Some moments of the way, from the last one back, that hide each other little.
    private static func moments(_ path: RetracedPath) -> [RetracedPath.Moment] {
        var chosen: [RetracedPath.Moment] = []
        for moment in path.moments.reversed() where moment.mask != nil {
            guard let earlier = chosen.last else {
                chosen.append(moment)
                continue
            }
            if moment.region.iou(earlier.region) <= mostOverlap { chosen.append(moment) }
        }
        // The first place counts as much as the last.
        if let first = path.moments.first(where: { $0.mask != nil }), let earliest = chosen.last, earliest != first,
            first.region.iou(earliest.region) < 0.7
        {
            chosen.append(first)
        }
        guard chosen.count > mostMoments else { return chosen.reversed() }
        let step = Double(chosen.count - 1) / Double(mostMoments - 1)
        return (0..<mostMoments).map { chosen[Int(clamping: (Double($0) * step).rounded())] }.reversed()
    }

    private static func drawOutline(of mask: Mask, _ region: Region, on image: inout RGBImage) {
        let thickness = max(1, image.size.height / 360)
        let area = region.expanded(by: thickness).clamped(to: image.size)
        let bitmap = mask.bitmap(value: 1)
        let width = image.size.width, height = image.size.height
        func isInside(_ x: Int, _ y: Int) -> Bool {
            x >= 0 && y >= 0 && x < width && y < height && bitmap[y * width + x] != 0
        }
        for y in area.y..<area.endY {
            for x in area.x..<area.endX where !isInside(x, y) {
                let touches =
                    isInside(x - thickness, y) || isInside(x + thickness, y) || isInside(x, y - thickness)
                    || isInside(x, y + thickness)
                if touches { image.set(x, y, outline) }
            }
        }
    }

    // MARK: - Times

    /// Rows of three pixels, the left one in bit 2.
    private static let glyphs: [Character: [UInt8]] = [
        "0": [7, 5, 5, 5, 7], "1": [2, 6, 2, 2, 7], "2": [7, 1, 7, 4, 7], "3": [7, 1, 7, 1, 7], "4": [5, 5, 7, 1, 1],
        "5": [7, 4, 7, 1, 7], "6": [7, 4, 7, 5, 7], "7": [7, 1, 1, 1, 1], "8": [7, 5, 7, 5, 7], "9": [7, 5, 7, 1, 7],
        ".": [0, 0, 0, 0, 2], "−": [0, 0, 7, 0, 0], "s": [0, 3, 6, 3, 6], " ": [0, 0, 0, 0, 0],
    ]

    /// Writes how long before the end it was, right of a place or left of it, below what is written there.
    private static func drawTime(
        _ seconds: Double, beside region: Region, on image: inout RGBImage, without written: inout [Region]
    ) {
        let tenths = Int(clamping: (seconds * 10).rounded())
        let text = "−\(tenths / 10).\(tenths % 10) s"
        let scale = max(1, image.size.height / 240)
        let width = (4 * text.count + 1) * scale, height = 7 * scale
        var left = region.endX + 2 * scale
        if left + width > image.size.width { left = region.x - 2 * scale - width }
        left = min(max(0, left), max(0, image.size.width - width))
        var top = max(0, region.y)
        while let other = written.first(where: {
            $0.x < left + width && $0.endX > left && $0.y < top + height && $0.endY > top
        }) { top = other.endY + scale }
        top = min(top, max(0, image.size.height - height))
        written.append(Region(x: left, y: top, width: width, height: height))
        for y in top..<min(image.size.height, top + height) {
            for x in left..<min(image.size.width, left + width) { image.darken(x, y) }
        }
        for (number, character) in text.enumerated() {
            guard let rows = glyphs[character] else { continue }
            for (row, bits) in rows.enumerated() {
                for column in 0..<3 where bits & (4 >> UInt8(column)) != 0 {
                    for offset in 0..<scale * scale {
                        image.set(
                            left + (1 + 4 * number + column) * scale + offset % scale,
                            top + (1 + row) * scale + offset / scale, ink)
                    }
                }
            }
        }
    }
}

extension RGBImage {
    fileprivate mutating func set(_ x: Int, _ y: Int, _ colour: [UInt8]) {
        guard x >= 0, y >= 0, x < size.width, y < size.height else { return }
        for channel in 0..<3 { pixels[(y * size.width + x) * 3 + channel] = colour[channel] }
    }

    fileprivate mutating func darken(_ x: Int, _ y: Int) {
        for channel in 0..<3 { pixels[(y * size.width + x) * 3 + channel] /= 3 }
    }
}
