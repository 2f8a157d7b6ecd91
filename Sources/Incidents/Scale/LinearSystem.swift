/// Small systems of linear equations.
enum LinearSystem {
    /// Solves `a·x = b` in the sense of least squares (normal equations, Gauss-Jordan with pivots).
    /// - Returns: nil when the equations don't determine x.
    static func leastSquares(_ a: [[Double]], _ b: [Double]) -> [Double]? {
        guard let columns = a.first?.count, a.count == b.count, a.count >= columns else { return nil }
        var m = [[Double]](repeating: [Double](repeating: 0, count: columns + 1), count: columns)
        for (row, value) in zip(a, b) {
            for i in 0..<columns {
                for j in 0..<columns { m[i][j] += row[i] * row[j] }
                m[i][columns] += row[i] * value
            }
        }
        for pivot in 0..<columns {
            guard let best = (pivot..<columns).max(by: { abs(m[$0][pivot]) < abs(m[$1][pivot]) }),
                abs(m[best][pivot]) > 1e-12
            else { return nil }
            m.swapAt(pivot, best)
            for row in 0..<columns where row != pivot {
                let factor = m[row][pivot] / m[pivot][pivot]
                for column in pivot...columns { m[row][column] -= factor * m[pivot][column] }
            }
        }
        return (0..<columns).map { m[$0][columns] / m[$0][$0] }
    }
}
