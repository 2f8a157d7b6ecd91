/// The shape of a picture as it should be shown: `16:9`, or width by height as a number.
public struct DisplayAspect: Hashable, Sendable {
    /// Width by height, 0.2 to 5.
    public let ratio: Double

    public static let range = 0.2...5.0

    /// nil for what is no such shape.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
        let ratio: Double
        switch (parts.count, parts.first ?? nil, parts.last ?? nil) {
        case (1, let number?, _): ratio = number
        case (2, let width?, let height?) where height > 0: ratio = width / height
        default: return nil
        }
        guard ratio.isFinite, Self.range.contains(ratio) else { return nil }
        self.ratio = ratio
    }
}

extension Section {
    /// A picture's shape; nil without the key.
    func aspect(_ key: String) -> Double? {
        let allowed = "a shape as in \"16:9\", from 0.2 to 5 times as wide as high"
        guard let text = text(key, allowed: allowed) else { return nil }
        guard let aspect = DisplayAspect(text.value) else {
            refuse(key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
            return nil
        }
        return aspect.ratio
    }
}
