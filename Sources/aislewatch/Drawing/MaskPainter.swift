import Domain
import Media

/// Draws masks, boxes and clicks onto a picture for people to look at.
struct MaskPainter {
    /// Colours that can be told apart, one an object.
    private static let colours: [(red: Double, green: Double, blue: Double)] = [
        (255, 77, 46), (46, 160, 255), (255, 209, 46), (80, 220, 100), (214, 92, 255),
    ]

    private let colour: (red: Double, green: Double, blue: Double)

    /// - Parameter object: Which object, from 0: its colour.
    init(object: Int = 0) { colour = Self.colours[object % Self.colours.count] }

    /// Tints the mask and draws its outline. Sizes must agree; else nothing is drawn.
    func fill(_ mask: Mask, on image: inout RGBImage, opacity: Double = 0.45) {
        guard mask.size == image.size else { return }
        let width = image.size.width, height = image.size.height
        let inside = mask.bitmap(value: 1)
        mask.forEachRowRun { row, column, length in
            for x in column..<column + length {
                let index = row * width + x
                let isEdge =
                    x == 0 || row == 0 || x == width - 1 || row == height - 1
                    || inside[index - 1] == 0 || inside[index + 1] == 0
                    || inside[index - width] == 0 || inside[index + width] == 0
                blend(index, on: &image, opacity: isEdge ? 1 : opacity)
            }
        }
    }

    /// Draws a small cross at a click.
    func cross(at point: Point, on image: inout RGBImage, arm: Int = 6) {
        let x = Int(point.x), y = Int(point.y)
        for offset in -arm...arm {
            dot(x + offset, y, on: &image)
            dot(x, y + offset, on: &image)
        }
    }

    /// Digits of 3 by 5 dots, a row in three bits.
    private static let digits: [[UInt8]] = [
        [7, 5, 5, 5, 7], [2, 6, 2, 2, 7], [7, 1, 7, 4, 7], [7, 1, 7, 1, 7], [5, 5, 7, 1, 1],
        [7, 4, 7, 1, 7], [7, 4, 7, 5, 7], [7, 1, 2, 2, 2], [7, 5, 7, 5, 7], [7, 5, 7, 1, 7],
    ]

    /// Writes a number on a dark ground around a place, as large as can be read in a picture of this size.
    func number(_ number: Int, at place: Point, on image: inout RGBImage) {
        let scale = max(2, max(image.size.width, image.size.height) / 500)
        let digits = String(number).compactMap(\.wholeNumberValue)
        let width = (4 * digits.count + 1) * scale, height = 7 * scale
        let left = min(max(0, Int(clamping: place.x) - width / 2), max(0, image.size.width - width))
        let top = min(max(0, Int(clamping: place.y) - height / 2), max(0, image.size.height - height))
        for y in 0..<height {
            for x in 0..<width {
                let column = x / scale - 1, row = y / scale - 1
                let digit = column >= 0 ? column / 4 : digits.count, bit = column % 4
                let isLit =
                    digit < digits.count && bit < 3 && (0..<5).contains(row)
                    && Self.digits[digits[digit]][row] >> (2 - UInt8(bit)) & 1 == 1
                paint(left + x, top + y, isLit ? 255 : 20, on: &image)
            }
        }
    }

    private func paint(_ x: Int, _ y: Int, _ grey: UInt8, on image: inout RGBImage) {
        guard x >= 0, y >= 0, x < image.size.width, y < image.size.height else { return }
        let base = (y * image.size.width + x) * 3
        for channel in 0..<3 { image.pixels[base + channel] = grey }
    }

    private func dot(_ x: Int, _ y: Int, on image: inout RGBImage) {
        guard x >= 0, y >= 0, x < image.size.width, y < image.size.height else { return }
        blend(y * image.size.width + x, on: &image, opacity: 1)
    }

    private func blend(_ index: Int, on image: inout RGBImage, opacity: Double) {
        let base = index * 3
        for (channel, value) in [colour.red, colour.green, colour.blue].enumerated() {
            let old = Double(image.pixels[base + channel])
            image.pixels[base + channel] = UInt8(old + (value - old) * opacity)
        }
    }
}
