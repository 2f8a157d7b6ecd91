/// The median of the last values, and how far they spread around it. Keeps its memory: allocates nothing once made.
struct RunningMedian {
    private let capacity: Int
    /// In the order in which they came, from `next` on once it is full.
    private var values: [Float] = []
    private var sorted: [Float] = []
    private var next = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        values.reserveCapacity(self.capacity)
        sorted.reserveCapacity(self.capacity)
    }

    var count: Int { sorted.count }

    /// Takes a value in, in the place of the oldest when there are as many as are kept. Not a number is passed over.
    mutating func append(_ value: Float) {
        guard !value.isNaN else { return }
        if values.count < capacity {
            values.append(value)
        } else {
            sorted.remove(at: firstIndex(notBelow: values[next]))
            values[next] = value
            next = (next + 1) % capacity
        }
        sorted.insert(value, at: firstIndex(notBelow: value))
    }

    mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        sorted.removeAll(keepingCapacity: true)
        next = 0
    }

    /// Of an even number the upper of the two in the middle; nil without values.
    var median: Float? { sorted.isEmpty ? nil : sorted[sorted.count / 2] }

    /// The standard deviation that normally distributed values with the same median distance from the median would have
    /// (Hampel 1974): single large values can't move it. 0 without values.
    var deviation: Float {
        guard let median else { return 0 }
        // The distances grow to both sides of the middle: the nearest half of the values is found from there outwards.
        var low = sorted.count / 2, high = low
        var distance: Float = 0
        for _ in 0..<sorted.count / 2 {
            let below = low > 0 ? median - sorted[low - 1] : .infinity
            let above = high + 1 < sorted.count ? sorted[high + 1] - median : .infinity
            if below <= above { low -= 1 } else { high += 1 }
            distance = min(below, above)
        }
        return 1.4826 * distance
    }

    private func firstIndex(notBelow value: Float) -> Int {
        var low = 0, high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
