import Domain

/// The next click of a patient person who corrects a mask.
enum ErrorClick {
    enum Kind: Sendable {
        case positive
        case negative
    }

    /// The centre of the larger error: of what is missing and what is too much, the pixel that lies deepest inside, never one
    /// that was clicked before (as in the usual protocol: Sofiiuk et al., Reviving Iterative Training with Mask Guidance,
    /// 2021). nil when the mask is right.
    static func next(found: Mask, truth: Mask, clicked: [Point]) -> (point: Point, kind: Kind)? {
        let size = truth.size
        let foundPixels = found.bitmap(), truePixels = truth.bitmap()
        let taken = Set(clicked.map { Int(clamping: $0.y) * size.width + Int(clamping: $0.x) })
        let missing = InnerPoint.deepest(size: size) {
            truePixels[$0] != 0 && foundPixels[$0] == 0 && !taken.contains($0)
        }
        let tooMuch = InnerPoint.deepest(size: size) {
            truePixels[$0] == 0 && foundPixels[$0] != 0 && !taken.contains($0)
        }
        switch (missing, tooMuch) {
        case (nil, nil): return nil
        case (let missing?, let tooMuch) where missing.depth >= tooMuch?.depth ?? 0: return (missing.point, .positive)
        case (_, let tooMuch?): return (tooMuch.point, .negative)
        case (let missing?, nil): return (missing.point, .positive)
        }
    }
}
