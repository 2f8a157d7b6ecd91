import Domain
import Media

/// What of a place looks different in two moments, pixel by pixel, and where the picture has edges in each of them.
///
/// Looked at in a window of at most ``side`` pixels around the place, as medians of a few frames each, so that a single
/// noisy or damaged frame says nothing.
struct ChangedPixels {
    /// Longer side of the window, in pixels of its own.
    static let side = 160
    /// Grey levels below which a difference is a camera's noise, whatever the noise measured.
    private static let leastLevels: Float = 14

    private let window: Region
    private let width: Int
    private let height: Int
    private let frameSize: FrameSize
    /// Edge strength before and after.
    private let edgesBefore: [Float]
    private let edgesAfter: [Float]
    /// 255 where it differs, row by row.
    private let changed: [UInt8]

    /// - Parameters:
    ///   - before, after: frames of one size; not empty.
    ///   - place: where something changed, in pixels of the frames.
    init?(before: [VideoFrame], after: [VideoFrame], place: Region, scaler: FrameScaler) {
        guard let first = after.last, before.allSatisfy({ $0.size == first.size }), !before.isEmpty,
            after.allSatisfy({ $0.size == first.size })
        else { return nil }
        frameSize = first.size
        // Some surroundings, from which the noise and a change of light are measured.
        window = place.expanded(by: max(8, max(place.width, place.height) / 3)).clamped(to: first.size)
        guard window.width >= 4, window.height >= 4 else { return nil }
        let scale = min(1, Double(Self.side) / Double(max(window.width, window.height)))
        width = max(4, Int(clamping: Double(window.width) * scale))
        height = max(4, Int(clamping: Double(window.height) * scale))
        let old = Self.median(before, window, width, height, scaler)
        let new = Self.median(after, window, width, height, scaler)
        let greyOld = Self.grey(old), greyNew = Self.grey(new)
        edgesBefore = Self.edges(greyOld, width, height)
        edgesAfter = Self.edges(greyNew, width, height)
        // The exposure may have breathed: what most of the surroundings did is not a change.
        let shift = Self.middle(zip(greyNew, greyOld).map { $0 - $1 })
        var differences = [Float](repeating: 0, count: width * height)
        for index in differences.indices {
            var most: Float = 0
            for channel in 0..<3 {
                most = max(most, abs(Float(new[3 * index + channel]) - Float(old[3 * index + channel]) - shift))
            }
            differences[index] = most
        }
        let inside = Self.place(place, in: window, width, height)
        let columns = width
        let around = differences.indices.filter { !inside.contains(x: $0 % columns, y: $0 / columns) }
            .map { differences[$0] }
        let threshold = max(Self.leastLevels, 4 * (around.isEmpty ? 0 : Self.middle(around)))
        var mask = [UInt8](repeating: 0, count: width * height)
        let reach = inside.grown(by: max(2, max(width, height) / 16))
        for index in mask.indices
        where differences[index] > threshold && reach.contains(x: index % width, y: index / width) {
            mask[index] = 255
        }
        changed = Self.closed(mask, width, height)
    }

    /// The changed pixels as a mask of the frame; nil where there are hardly any.
    var mask: Mask? {
        guard changed.count(where: { $0 > 0 }) >= 12 else { return nil }
        var bitmap = [UInt8](repeating: 0, count: frameSize.area)
        for row in 0..<window.height {
            let y = row * height / window.height
            for column in 0..<window.width where changed[y * width + column * width / window.width] > 0 {
                bitmap[(window.y + row) * frameSize.width + window.x + column] = 255
            }
        }
        return Mask(size: frameSize, bitmap: bitmap)
    }

    /// The changed pixel that lies farthest from unchanged ones.
    var innerPoint: Point? {
        var distance = changed.map { $0 > 0 ? Int32(1 << 20) : 0 }
        // Chamfer distance, 3-4 (Borgefors 1986), in two passes.
        for y in 0..<height {
            for x in 0..<width {
                let index = y * width + x
                guard distance[index] > 0 else { continue }
                let left = x > 0 ? distance[index - 1] : 0, up = y > 0 ? distance[index - width] : 0
                distance[index] = min(distance[index], min(left, up) + 3)
            }
        }
        for y in (0..<height).reversed() {
            for x in (0..<width).reversed() {
                let index = y * width + x
                guard distance[index] > 0 else { continue }
                let right = x < width - 1 ? distance[index + 1] : 0, down = y < height - 1 ? distance[index + width] : 0
                distance[index] = min(distance[index], min(right, down) + 3)
            }
        }
        guard let best = distance.indices.max(by: { distance[$0] < distance[$1] }), distance[best] > 0 else {
            return nil
        }
        return Point(
            x: Double(window.x) + (Double(best % width) + 0.5) * Double(window.width) / Double(width),
            y: Double(window.y) + (Double(best / width) + 0.5) * Double(window.height) / Double(height))
    }

    /// How much more of a mask's outline is an edge after than before, −1 to 1.
    func outlineGain(of mask: Mask) -> Double {
        guard mask.size == frameSize else { return 0 }
        var small = [Bool](repeating: false, count: width * height)
        mask.forEachRowRun { row, column, length in
            guard row >= window.y, row < window.endY else { return }
            let y = (row - window.y) * height / window.height
            let from = max(column, window.x), to = min(column + length, window.endX)
            guard from < to else { return }
            let first = (from - window.x) * width / window.width
            let end = min(width, max(first + 1, (to - window.x) * width / window.width))
            for x in first..<end { small[y * width + x] = true }
        }
        var before: Float = 0, after: Float = 0
        for y in 1..<height - 1 {
            for x in 1..<width - 1 where small[y * width + x] {
                let index = y * width + x
                guard !small[index - 1] || !small[index + 1] || !small[index - width] || !small[index + width] else {
                    continue
                }
                // The outline may lie a pixel beside the edge.
                var old: Float = 0, new: Float = 0
                for row in -1...1 {
                    for column in -1...1 {
                        old = max(old, edgesBefore[index + row * width + column])
                        new = max(new, edgesAfter[index + row * width + column])
                    }
                }
                before += old
                after += new
            }
        }
        return before + after > 0 ? Double((after - before) / (after + before)) : 0
    }

    // MARK: Parts

    /// A place in the window's own pixels.
    private struct Box {
        var left: Int, top: Int, right: Int, bottom: Int

        func contains(x: Int, y: Int) -> Bool { x >= left && x < right && y >= top && y < bottom }
        func grown(by pixels: Int) -> Box {
            Box(left: left - pixels, top: top - pixels, right: right + pixels, bottom: bottom + pixels)
        }
    }

    private static func place(_ place: Region, in window: Region, _ width: Int, _ height: Int) -> Box {
        let x = { (value: Int) in (value - window.x) * width / window.width }
        let y = { (value: Int) in (value - window.y) * height / window.height }
        return Box(left: x(place.x), top: y(place.y), right: x(place.endX), bottom: y(place.endY))
    }

    private static func median(
        _ frames: [VideoFrame], _ window: Region, _ width: Int, _ height: Int, _ scaler: FrameScaler
    ) -> [UInt8] {
        var pictures: [[UInt8]] = []
        for frame in frames.suffix(5) {
            var pixels: [UInt8] = []
            scaler.rgb(frame, crop: window, width: width, height: height, into: &pixels)
            pictures.append(pixels)
        }
        guard pictures.count > 1 else { return pictures.first ?? [] }
        var values = [UInt8](repeating: 0, count: pictures.count)
        return pictures[0].indices.map { index in
            for (number, picture) in pictures.enumerated() { values[number] = picture[index] }
            values.sort()
            return values[values.count / 2]
        }
    }

    private static func grey(_ rgb: [UInt8]) -> [Float] {
        stride(from: 0, to: rgb.count - 2, by: 3).map { index in
            let red = 0.3 * Float(rgb[index]), green = 0.6 * Float(rgb[index + 1]), blue = 0.1 * Float(rgb[index + 2])
            return red + green + blue
        }
    }

    private static func middle(_ values: [Float]) -> Float {
        guard !values.isEmpty else { return 0 }
        return values.sorted()[values.count / 2]
    }

    private static func edges(_ grey: [Float], _ width: Int, _ height: Int) -> [Float] {
        var edges = [Float](repeating: 0, count: width * height)
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                let index = y * width + x
                let across = grey[index + 1] - grey[index - 1], down = grey[index + width] - grey[index - width]
                edges[index] = (across * across + down * down).squareRoot()
            }
        }
        return edges
    }

    /// Closes gaps of one pixel and drops single pixels.
    private static func closed(_ mask: [UInt8], _ width: Int, _ height: Int) -> [UInt8] {
        var result = mask
        for y in 1..<height - 1 {
            for x in 1..<width - 1 {
                let index = y * width + x
                var neighbours = 0
                for row in -1...1 {
                    for column in -1...1 where mask[index + row * width + column] > 0 { neighbours += 1 }
                }
                result[index] = neighbours >= (mask[index] > 0 ? 3 : 5) ? 255 : 0
            }
        }
        return result
    }
}
