import Domain
import Foundation

/// The prompt as the network reads it: five maps of the window, one after the other.
struct PromptMaps {
    enum Channel: Int, CaseIterable {
        case positive
        case negative
        case box
        case previousMask
        case change
    }

    /// A click is a gaussian of this many cells and peak 1, as in training.
    static let clickSigma: Float = 2

    let window: CropWindow
    /// Cells a side.
    let size: Int

    /// Fills all five maps, `5 * size * size` values.
    func draw(
        _ prompt: Prompt, maskShift: Point = Point(x: 0, y: 0), change: ChangeMap? = nil,
        into maps: UnsafeMutableBufferPointer<Float>
    ) {
        maps.update(repeating: 0)
        drawClicks(prompt.positive, on: channel(.positive, of: maps))
        drawClicks(prompt.negative, on: channel(.negative, of: maps))
        if let box = prompt.box { drawBox(box, on: channel(.box, of: maps)) }
        if let mask = prompt.mask {
            MaskCoverage.draw(
                mask, shift: maskShift, window: window, size: size, into: channel(.previousMask, of: maps))
        }
        if let change { drawChange(change, on: channel(.change, of: maps)) }
    }

    private func channel(
        _ channel: Channel, of maps: UnsafeMutableBufferPointer<Float>
    ) -> UnsafeMutableBufferPointer<Float> {
        let cells = size * size
        return UnsafeMutableBufferPointer(rebasing: maps[channel.rawValue * cells..<(channel.rawValue + 1) * cells])
    }

    private var scale: Double { Double(size) / Double(window.side) }

    private func drawClicks(_ clicks: [Point], on map: UnsafeMutableBufferPointer<Float>) {
        let reach = 4 * Self.clickSigma
        for click in clicks {
            let x = Float((click.x - Double(window.x)) * scale - 0.5),
                y = Float((click.y - Double(window.y)) * scale - 0.5)
            let limit = Float(size - 1)
            guard x > -reach, y > -reach, x < limit + reach, y < limit + reach else { continue }
            for row in Int(clamping: max(0, y - reach))...Int(clamping: min(limit, max(0, y + reach))) {
                for column in Int(clamping: max(0, x - reach))...Int(clamping: min(limit, max(0, x + reach))) {
                    let dx = Float(column) - x, dy = Float(row) - y
                    let value = exp(-(dx * dx + dy * dy) / (2 * Self.clickSigma * Self.clickSigma))
                    map[row * size + column] = max(map[row * size + column], value)
                }
            }
        }
    }

    private func drawBox(_ box: Region, on map: UnsafeMutableBufferPointer<Float>) {
        func cell(_ value: Int, _ origin: Int) -> Int {
            Int(clamping: (Double(value - origin) * scale).rounded(), to: 0...size)
        }
        let left = cell(box.x, window.x), right = cell(box.endX, window.x)
        for row in cell(box.y, window.y)..<max(cell(box.y, window.y), cell(box.endY, window.y)) {
            for column in left..<max(left, right) { map[row * size + column] = 1 }
        }
    }

    private func drawChange(_ change: ChangeMap, on map: UnsafeMutableBufferPointer<Float>) {
        guard change.size.width > 0, change.size.height > 0, change.values.count >= change.size.area else { return }
        let toMapX = Double(change.size.width) / Double(change.frameSize.width)
        let toMapY = Double(change.size.height) / Double(change.frameSize.height)
        for row in 0..<size {
            let frameY = Double(window.y) + (Double(row) + 0.5) / scale
            guard frameY >= 0, frameY < Double(change.frameSize.height) else { continue }
            let (top, partY) = Self.neighbour(frameY * toMapY - 0.5, change.size.height)
            let bottom = min(top + 1, change.size.height - 1)
            for column in 0..<size {
                let frameX = Double(window.x) + (Double(column) + 0.5) / scale
                guard frameX >= 0, frameX < Double(change.frameSize.width) else { continue }
                let (left, partX) = Self.neighbour(frameX * toMapX - 0.5, change.size.width)
                let right = min(left + 1, change.size.width - 1)
                func value(_ x: Int, _ y: Int) -> Float { Float(change.values[y * change.size.width + x]) }
                let upper = value(left, top) * (1 - partX) + value(right, top) * partX
                let lower = value(left, bottom) * (1 - partX) + value(right, bottom) * partX
                map[row * size + column] = (upper * (1 - partY) + lower * partY) / 255
            }
        }
    }

    private static func neighbour(_ position: Double, _ count: Int) -> (index: Int, part: Float) {
        let clamped = min(max(position, 0), Double(count - 1))
        return (Int(clamping: clamped), Float(clamped - clamped.rounded(.down)))
    }
}
