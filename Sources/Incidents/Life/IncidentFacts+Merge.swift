import Domain

extension IncidentFacts {
    /// Takes what `other` knows: the larger of measures, the first of names.
    mutating func merge(_ other: IncidentFacts) {
        dropMetres = Self.larger(dropMetres, other.dropMetres)
        dropPixels = Self.larger(dropPixels, other.dropPixels)
        areaSquareMetres = Self.larger(areaSquareMetres, other.areaSquareMetres)
        areaFraction = Self.larger(areaFraction, other.areaFraction)
        growthSquareMetresPerSecond = Self.larger(growthSquareMetresPerSecond, other.growthSquareMetresPerSecond)
        growthFractionPerSecond = Self.larger(growthFractionPerSecond, other.growthFractionPerSecond)
        stoodSeconds = Self.larger(stoodSeconds, other.stoodSeconds)
        parts = [parts, other.parts].compactMap(\.self).max()
        if objectID == nil { (objectID, objectName, condition) = (other.objectID, other.objectName, other.condition) }
        if zoneName == nil { (zoneName, zoneKind) = (other.zoneName, other.zoneKind) }
        if fromZoneName == nil { (fromZoneName, fromZoneKind) = (other.fromZoneName, other.fromZoneKind) }
    }

    private static func larger(_ a: Double?, _ b: Double?) -> Double? {
        guard let a else { return b }
        guard let b else { return a }
        return max(a, b)
    }
}
