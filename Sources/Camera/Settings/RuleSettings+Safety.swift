import Domain
import Incidents
import Settings

extension RuleSettings {
    /// Where things are and how they move; combinations; when rules count.
    /// - Parameter camera: Leaves out the rules of other cameras; nil takes all.
    mutating func applySafety(_ given: RulesConfiguration, camera: CameraID?) {
        func holds(_ cameras: [CameraID]) -> Bool { camera.map { cameras.isEmpty || cameras.contains($0) } ?? true }
        zoneEntries = given.zoneEntries.filter { holds($0.cameras) }
        lineCrossings = given.lineCrossings.filter { holds($0.cameras) }
        dwells = given.dwells.filter { holds($0.cameras) }
        combinations = given.combinations.filter { holds($0.cameras) }
        policies = given.policies
        nearMiss.apply(given.nearMiss)
        personDown.apply(given.personDown)
        cameraTampered.apply(given.cameraTampered)
    }
}

extension NearMissSettings {
    fileprivate mutating func apply(_ given: NearMissConfiguration) {
        enabled = given.enabled ?? enabled
        maxSecondsToContact = given.maxSecondsToContact ?? maxSecondsToContact
        minSpeed = given.minSpeed ?? minSpeed
        minClosingSpeed = given.minClosingSpeed ?? minClosingSpeed
        minHeight = given.minHeight ?? minHeight
        minAgeSeconds = given.minAgeSeconds ?? minAgeSeconds
        minSeconds = given.minSeconds ?? minSeconds
    }
}

extension PersonDownSettings {
    fileprivate mutating func apply(_ given: PersonDownConfiguration) {
        enabled = given.enabled ?? enabled
        minHeight = given.minHeight ?? minHeight
        minUprightRatio = given.minUprightRatio ?? minUprightRatio
        maxDownRatio = given.maxDownRatio ?? maxDownRatio
        minWalked = given.minWalked ?? minWalked
        minUprightSeconds = given.minUprightSeconds ?? minUprightSeconds
        maxFallSeconds = given.maxFallSeconds ?? maxFallSeconds
        minDownSeconds = given.minDownSeconds ?? minDownSeconds
    }
}

extension CameraTamperedSettings {
    fileprivate mutating func apply(_ given: CameraTamperedConfiguration) {
        enabled = given.enabled ?? enabled
        coveredContrastRatio = given.coveredContrastRatio ?? coveredContrastRatio
        darkCounts = given.darkCounts ?? darkCounts
        darkLuma = given.darkLuma ?? darkLuma
        blurredSharpnessRatio = given.blurredSharpnessRatio ?? blurredSharpnessRatio
        turnedSimilarity = given.turnedSimilarity ?? turnedSimilarity
        minSeconds = given.minSeconds ?? minSeconds
        frozenSeconds = given.frozenSeconds ?? frozenSeconds
    }
}
