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
