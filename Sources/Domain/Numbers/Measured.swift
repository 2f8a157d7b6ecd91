extension Int {
    /// Far beyond any place or size in a frame, and small enough that sums and products of two stay whole numbers.
    public static let measurable = -1_000_000_000...1_000_000_000

    /// The whole number of a measured value, without its fraction, as `Int(_:)` makes it. One frame's odd arithmetic must not
    /// end the program, so this never traps: what lies beyond `range` becomes its nearer end, and what is not a number becomes
    /// the value in `range` that is nearest to 0.
    @inlinable
    public init(clamping value: Double, to range: ClosedRange<Int> = Int.measurable) {
        if value >= Double(range.upperBound) {
            self = range.upperBound
        } else if value > Double(range.lowerBound) {
            self = Int(value)
        } else if value.isNaN {
            self = Swift.min(Swift.max(0, range.lowerBound), range.upperBound)
        } else {
            self = range.lowerBound
        }
    }

    /// The same for a value in single precision.
    @inlinable
    public init(clamping value: Float, to range: ClosedRange<Int> = Int.measurable) {
        self.init(clamping: Double(value), to: range)
    }
}

extension Sequence<Double> {
    /// The value in the middle; of an even number of values the mean of the two in the middle. Not a number when there is
    /// none.
    public func median() -> Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
