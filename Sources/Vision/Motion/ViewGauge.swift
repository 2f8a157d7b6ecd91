import CMotion
import Domain

/// Compares each frame as a whole with how this camera's view usually looks. Costs a pass over the reduced frame;
/// allocates nothing after its start.
final class ViewGauge {
    /// Coarse enough that goods and people who come and go change little.
    private static let columns = 16
    private static let rows = 9
    /// The usual view is known after this long.
    private static let knownSeconds = 8.0
    /// It follows slowly, and even slower while something is wrong: a camera that was moved is accepted in the end.
    private static let followSeconds = 300.0
    private static let acceptSeconds = 900.0
    /// A frame that was not seen again for so long, more than the usual distance of key frames, is not frozen.
    private static let repeatSeconds = 6.0

    private var width = 0
    private var height = 0
    /// The frame with which the later ones are compared: a frozen camera shows exactly it again and again. Between its
    /// repetitions an encoder's key frames may pulse, so neighbouring frames say nothing.
    private var reference: Plane<Int16>?
    private var cells = [Double](repeating: 0, count: columns * rows)
    private var usual = [Double](repeating: 0, count: columns * rows)
    private var usualContrast = 0.0
    private var usualSharpness = 0.0
    private var ageSeconds = 0.0
    private var lastSeconds: Double?
    /// When the reference was taken, and when it was seen last.
    private var referenceAt = 0.0
    private var repeatedAt = 0.0

    /// Another connection began: times start anew, but the camera's usual view is still the same.
    func newEpoch() {
        lastSeconds = nil
        reference = nil
    }

    /// - Parameter pixels: luma in 64ths of a grey level, neither shifted nor brought to another exposure.
    func look(_ pixels: UnsafePointer<Int16>, width: Int, height: Int, seconds: Double) -> PictureStatistics {
        if width != self.width || height != self.height {
            (self.width, self.height) = (width, height)
            reference = nil
            ageSeconds = 0
            lastSeconds = nil
        }
        let step = lastSeconds.map { min(2, max(0, seconds - $0)) } ?? 0
        lastSeconds = seconds
        let (mean, contrast, sharpness, isRepeated) = measure(pixels)
        if isRepeated { repeatedAt = seconds } else { refer(pixels, seconds) }
        let frozen = repeatedAt - referenceAt
        guard ageSeconds > 0 else {
            usual = cells
            (usualContrast, usualSharpness) = (contrast, sharpness)
            ageSeconds = max(step, 1e-6)
            return PictureStatistics(meanLuma: mean, isKnown: false)
        }
        let isKnown = ageSeconds >= Self.knownSeconds
        let result = PictureStatistics(
            meanLuma: mean, contrastRatio: contrast / max(0.5, usualContrast),
            sharpnessRatio: sharpness / max(0.05, usualSharpness), similarity: similarity(), frozenSeconds: frozen,
            isKnown: isKnown)
        let isUsual = result.similarity > 0.6 && result.contrastRatio > 0.5 && result.sharpnessRatio > 0.6
        follow(contrast, sharpness, step, isUsual: isUsual || !isKnown)
        return result
    }

    private func follow(_ contrast: Double, _ sharpness: Double, _ step: Double, isUsual: Bool) {
        ageSeconds += step
        let span = isUsual ? min(Self.followSeconds, ageSeconds) : Self.acceptSeconds
        let rate = min(1, step / span)
        usualContrast += rate * (contrast - usualContrast)
        usualSharpness += rate * (sharpness - usualSharpness)
        for index in cells.indices { usual[index] += rate * (cells[index] - usual[index]) }
    }

    /// Takes a new reference when the old one has not been seen for long.
    private func refer(_ pixels: UnsafePointer<Int16>, _ seconds: Double) {
        if let reference {
            guard seconds - repeatedAt > Self.repeatSeconds else { return }
            reference.pixels.update(from: pixels, count: width * height)
        } else {
            let plane = Plane<Int16>(width: width, height: height, filledWith: 0)
            plane.pixels.update(from: pixels, count: width * height)
            reference = plane
        }
        (referenceAt, repeatedAt) = (seconds, seconds)
    }

    /// Fills `cells`; mean, standard deviation and mean gradient of the frame, and whether it is the reference again.
    private func measure(
        _ pixels: UnsafePointer<Int16>
    ) -> (mean: Double, contrast: Double, sharpness: Double, isRepeated: Bool) {
        // Without a reference nothing is repeated; any plane will do to compare with.
        let old = UnsafePointer(reference?.pixels) ?? pixels
        let hasReference = reference != nil
        var texture = cm_texture()
        var sum = 0.0
        for index in cells.indices { cells[index] = 0 }
        for y in 0..<height {
            let row = pixels + y * width
            cm_add_row(row, pixels + min(height - 1, y + 1) * width, old + y * width, Int32(width), &texture)
            let cellRow = min(Self.rows - 1, y * Self.rows / height) * Self.columns
            for column in 0..<Self.columns {
                let from = column * width / Self.columns, to = (column + 1) * width / Self.columns
                let cell = Double(cm_sum(row + from, Int32(to - from)))
                cells[cellRow + column] += cell
                sum += cell
            }
        }
        let count = Double(max(1, width * height)), grey = Double(CM_LEVEL)
        let mean = sum / count / grey, squares = Double(texture.squares) / count / 64
        return (
            mean, max(0, squares - mean * mean).squareRoot(), Double(texture.gradients) / count / grey,
            hasReference && texture.largestChange == 0
        )
    }

    /// Correlation of the cells with the usual ones (Pearson's); 1 for two frames without any contrast.
    private func similarity() -> Double {
        // The cells differ in size by a row at most; what counts is that both are alike.
        let count = Double(cells.count)
        let a = cells.reduce(0, +) / count, b = usual.reduce(0, +) / count
        var ab = 0.0, aa = 0.0, bb = 0.0
        for index in cells.indices {
            let x = cells[index] - a, y = usual[index] - b
            ab += x * y
            aa += x * x
            bb += y * y
        }
        guard bb > 1e-6 else { return 1 }
        return aa > 1e-6 ? ab / (aa * bb).squareRoot() : 0
    }
}
