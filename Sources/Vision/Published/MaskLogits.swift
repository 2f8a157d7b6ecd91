import Domain

/// One mask as the decoder gives it: a square of logits, above 0 inside the object.
struct MaskLogits: Hashable, Sendable {
    /// What stands for "the object isn't there", everywhere in the mask.
    static let absent: Float = -1024
    /// Logits of a mask that a person gave.
    static let given: Float = 10

    let side: Int
    /// `side * side` values, row by row.
    var values: [Float]

    init(side: Int, values: [Float]) {
        precondition(values.count == side * side, "a mask of \(side) x \(side) values")
        self.side = side
        self.values = values
    }

    init(absent side: Int) { self.init(side: side, values: [Float](repeating: Self.absent, count: side * side)) }

    /// The part of the area above `-delta` that is above `delta` as well; 1 for an empty mask.
    func stability(delta: Float) -> Float {
        var inner = 0, outer = 0
        for value in values {
            if value > delta { inner += 1 }
            if value > -delta { outer += 1 }
        }
        return outer > 0 ? Float(inner) / Float(outer) : 1
    }

    /// As an earlier mask that goes into the decoder with further clicks.
    var asPrompt: MaskLogits { MaskLogits(side: side, values: values.map { min(32, max(-32, $0)) }) }

    /// As a mask of the frame that was stretched to the square.
    func mask(of frame: FrameSize) -> Mask {
        values.withUnsafeBufferPointer {
            MaskRaster.mask(logits: $0, size: side, window: frame.bounds, frame: frame)
        }
    }

    /// The region that holds all cells above 0; nil when there are none.
    var bounds: Region? {
        var left = side, right = -1, top = side, bottom = -1
        for row in 0..<side {
            for column in 0..<side where values[row * side + column] > 0 {
                left = min(left, column)
                right = max(right, column)
                top = min(top, row)
                bottom = max(bottom, row)
            }
        }
        return right < 0 ? nil : Region(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
    }
}

/// A mask that a person gave, in the resolutions that the network takes.
struct GivenMask: Sendable {
    let isEmpty: Bool
    /// As the network's own answer would be.
    let logits: MaskLogits
    /// For the decoder, which only makes an object pointer of it.
    let decoderInput: MaskLogits

    init(_ mask: Mask, settings: PublishedManifest.Settings, constants: PublishedConstants) {
        let side = settings.imageSide, small = settings.maskSide
        let frame = (width: mask.size.width, height: mask.size.height)
        var square = mask.bitmap(value: 1).map(Float.init)
        if frame != (side, side) {
            square = Resampling(from: frame, to: (side, side)).plane(square).map { $0 >= 0.5 ? 1 : 0 }
        }
        isEmpty = !square.contains { $0 > 0 }
        logits = MaskLogits(
            side: small,
            values: Resampling(from: (side, side), to: (small, small))
                .plane(square.map { 2 * MaskLogits.given * $0 - MaskLogits.given }))
        var filtered = [Float](repeating: constants.maskFilterBias, count: small * small)
        for row in 0..<small {
            for column in 0..<small {
                for index in 0..<16 {
                    let pixel = (row * 4 + index / 4) * side + column * 4 + index % 4
                    filtered[row * small + column] += constants.maskFilter[index] * square[pixel]
                }
            }
        }
        decoderInput = MaskLogits(side: small, values: filtered)
    }
}
