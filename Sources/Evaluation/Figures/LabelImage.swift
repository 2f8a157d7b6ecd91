import Domain
import Media

/// An annotation: one byte a pixel, 0 the background, each other value an object.
struct LabelImage {
    let size: FrameSize
    let labels: [UInt8]

    /// - Throws: `EvaluationError.annotationMissing` or `MediaError`.
    static func read(_ path: String) throws -> LabelImage {
        do {
            let (size, labels) = try ImageFile.readLabels(path)
            return LabelImage(size: size, labels: labels)
        } catch MediaError.notFound {
            throw EvaluationError.annotationMissing(path: path)
        }
    }

    /// The objects' values, ascending.
    var objects: [UInt8] {
        var seen = [Bool](repeating: false, count: 256)
        for label in labels { seen[Int(label)] = true }
        return (1...255).filter { seen[Int($0)] }
    }

    func mask(of object: UInt8) -> Mask {
        Mask(size: size, bitmap: labels.lazy.map { $0 == object ? 1 : 0 })
    }
}
