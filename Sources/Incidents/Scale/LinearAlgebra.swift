import Foundation

/// A vector of three numbers.
struct Vector3: Hashable, Sendable {
    var x: Double
    var y: Double
    var z: Double

    init(_ x: Double, _ y: Double, _ z: Double) {
        self.x = x
        self.y = y
        self.z = z
    }

    var length: Double { dot(self).squareRoot() }

    func dot(_ other: Vector3) -> Double { x * other.x + y * other.y + z * other.z }

    func cross(_ other: Vector3) -> Vector3 {
        Vector3(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
    }

    static func + (a: Vector3, b: Vector3) -> Vector3 { Vector3(a.x + b.x, a.y + b.y, a.z + b.z) }
    static func * (a: Vector3, factor: Double) -> Vector3 { Vector3(a.x * factor, a.y * factor, a.z * factor) }
}

/// Angles in degrees.
enum Angle {
    static func asinDegrees(_ sine: Double) -> Double { asin(min(1, max(-1, sine))) * 180 / .pi }
    static func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
}

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
