/// A picture-sized buffer that is allocated once and freed with its owner. Row by row, without padding.
final class Plane<Element: BitwiseCopyable> {
    let width: Int
    let height: Int
    let pixels: UnsafeMutablePointer<Element>

    init(width: Int, height: Int, filledWith value: Element) {
        self.width = width
        self.height = height
        pixels = .allocate(capacity: max(1, width * height))
        pixels.initialize(repeating: value, count: max(1, width * height))
    }

    deinit { pixels.deallocate() }

    var count: Int { width * height }

    func fill(_ value: Element) { pixels.update(repeating: value, count: count) }

    /// Takes over the pixels of a plane of the same size.
    func copy(from other: Plane<Element>) { pixels.update(from: other.pixels, count: min(count, other.count)) }
}
