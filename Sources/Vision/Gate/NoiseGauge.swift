/// The noise of a residual picture: its median magnitude, which single objects can't move, over a coarse sample.
struct NoiseGauge {
    private static let binsPerLevel: Float = 8
    private var bins = [Int32](repeating: 0, count: 512)

    /// Standard deviation that normally distributed residuals with the measured median magnitude would have.
    mutating func deviation(of residual: UnsafePointer<Float>, count: Int) -> Float {
        for index in bins.indices { bins[index] = 0 }
        var seen: Int32 = 0
        let last = bins.count - 1
        bins.withUnsafeMutableBufferPointer { bins in
            var index = 0
            while index < count {
                // Residuals of 8-bit pictures stay far inside Int's range.
                let bin = min(last, Int(abs(residual[index]) * Self.binsPerLevel))
                bins[bin] &+= 1
                seen &+= 1
                index &+= 5
            }
        }
        var below: Int32 = 0
        for (bin, number) in bins.enumerated() {
            if below + number > seen / 2 {
                let part = number > 0 ? Float(seen / 2 - below) / Float(number) : 0
                return (Float(bin) + part) / Self.binsPerLevel / 0.6745
            }
            below += number
        }
        return 0
    }
}
