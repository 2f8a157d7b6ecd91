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
