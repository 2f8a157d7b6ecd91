import Domain

/// Draws masks of the picture on the network's maps.
enum MaskCoverage {
    /// Sets each cell of a `size` x `size` map of the window to the part of it that the mask covers, 0 to 1.
    /// - Parameter shift: moves the mask, in pixels of the picture.
    static func draw(
        _ mask: Mask, shift: Point = Point(x: 0, y: 0), window: CropWindow, size: Int,
        into map: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(map.count >= size * size, "a map of \(size) x \(size) values")
        map.update(repeating: 0)
        let scale = Float(size) / Float(window.side), limit = Float(size)
        let offsetX = Float(shift.x) - Float(window.x), offsetY = Float(shift.y) - Float(window.y)
        mask.forEachRowRun { row, column, length in
            let top = max(0, (Float(row) + offsetY) * scale), bottom = min(limit, (Float(row + 1) + offsetY) * scale)
            let left = max(0, (Float(column) + offsetX) * scale)
            let right = min(limit, (Float(column + length) + offsetX) * scale)
            guard bottom > top, right > left else { return }
            var y = Int(top)
            while Float(y) < bottom, y < size {
                let height = min(bottom, Float(y + 1)) - max(top, Float(y))
                var x = Int(left)
                while Float(x) < right, x < size {
                    map[y * size + x] += height * (min(right, Float(x + 1)) - max(left, Float(x)))
                    x += 1
                }
                y += 1
            }
        }
    }
}
