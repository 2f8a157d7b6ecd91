/// Where a scaled picture goes in a larger one, and what surrounds it.
struct Placement {
    /// The larger picture, in pixels, and bytes a pixel.
    var width, height, channels: Int
    /// The part that is covered.
    var left, top, right, bottom: Int

    func copy(
        _ source: UnsafePointer<UInt8>, stride: Int, to out: UnsafeMutablePointer<UInt8>, outside: FrameScaler.Outside
    ) {
        let rowBytes = width * channels
        for row in top..<bottom {
            let target = out + row * rowBytes
            (target + left * channels).update(from: source + (row - top) * stride, count: (right - left) * channels)
            switch outside {
            case .edge:
                for column in 0..<left { copyPixel(target, from: left, to: column) }
                for column in right..<width { copyPixel(target, from: right - 1, to: column) }
            case .grey:
                target.update(repeating: 128, count: left * channels)
                (target + right * channels).update(repeating: 128, count: (width - right) * channels)
            }
        }
        for row in 0..<top { fill(out + row * rowBytes, like: out + top * rowBytes, rowBytes, outside) }
        for row in bottom..<height {
            fill(out + row * rowBytes, like: out + (bottom - 1) * rowBytes, rowBytes, outside)
        }
    }

    private func copyPixel(_ row: UnsafeMutablePointer<UInt8>, from: Int, to: Int) {
        for channel in 0..<channels { row[to * channels + channel] = row[from * channels + channel] }
    }

    private func fill(
        _ row: UnsafeMutablePointer<UInt8>, like other: UnsafeMutablePointer<UInt8>, _ bytes: Int,
        _ outside: FrameScaler.Outside
    ) {
        switch outside {
        case .edge: row.update(from: other, count: bytes)
        case .grey: row.update(repeating: 128, count: bytes)
        }
    }
}
