import Domain

/// One frame as the gate sees it: reduced, shifted back onto the background and brought to its exposure.
final class GatePicture {
    let factor: Int
    let frameSize: FrameSize
    let width: Int
    let height: Int
    let chromaWidth: Int
    let chromaHeight: Int
    /// In the background's grey levels.
    let luma: Plane<Float>
    let chromaU: Plane<Float>
    let chromaV: Plane<Float>
    private(set) var hasChroma = false
    private(set) var shift = Stabilizer.Shift()
    private(set) var exposure = ExposureFit()
    /// As it came: neither shifted nor brought to the background's exposure.
    let raw: Plane<Float>
    private let sums: Plane<UInt16>

    init(frameSize: FrameSize, targetWidth: Int) {
        factor = PictureReducer.factor(width: frameSize.width, target: targetWidth)
        self.frameSize = frameSize
        width = max(1, frameSize.width / factor)
        height = max(1, frameSize.height / factor)
        chromaWidth = max(1, (frameSize.width + 1) / 2 / factor)
        chromaHeight = max(1, (frameSize.height + 1) / 2 / factor)
        luma = Plane(width: width, height: height, filledWith: 0)
        raw = Plane(width: width, height: height, filledWith: 0)
        chromaU = Plane(width: chromaWidth, height: chromaHeight, filledWith: 128)
        chromaV = Plane(width: chromaWidth, height: chromaHeight, filledWith: 128)
        sums = Plane(width: width * factor, height: 1, filledWith: 0)
    }

    /// Forgets exposure and shift, when the background is learned anew.
    func reset() {
        exposure.reset()
        shift = Stabilizer.Shift()
    }

    /// - Parameters:
    ///   - background: nil while there is none to compare with.
    ///   - excluded: non-zero where an object was seen a moment ago.
    func load(
        _ planes: PicturePlanes, background: UnsafePointer<Float>?, excluded: UnsafePointer<UInt8>,
        stabilizer: Stabilizer?
    ) {
        PictureReducer.reduce(
            planes.luma, stride: planes.lumaStride, factor: factor, into: raw.pixels, width: width, height: height,
            sums: sums.pixels)
        hasChroma = planes.chroma != nil
        if let chroma = planes.chroma {
            for (source, target) in [(chroma.u, chromaU), (chroma.v, chromaV)] {
                PictureReducer.reduce(
                    source, stride: chroma.stride, factor: factor, into: target.pixels, width: chromaWidth,
                    height: chromaHeight, sums: sums.pixels)
            }
        }
        guard let background else {
            luma.copy(from: raw)
            return
        }
        shift = stabilizer?.measure(picture: raw.pixels, gain: exposure.gain) ?? Stabilizer.Shift()
        // A fraction of a pixel is not worth the blur of resampling.
        if max(abs(shift.x), abs(shift.y)) < 0.3 {
            luma.copy(from: raw)
        } else {
            Stabilizer.undo(shift, picture: raw.pixels, into: luma.pixels, width: width, height: height)
        }
        exposure.update(
            picture: luma.pixels, background: background, excluded: excluded, width: width, height: height)
        let scale = 1 / exposure.gain, offset = exposure.offset, pixels = luma.pixels
        for index in 0..<width * height { pixels[index] = (pixels[index] - offset) * scale }
    }
}
