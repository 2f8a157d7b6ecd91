import Incidents
import Settings

extension RuleSettings {
    /// The rules' own defaults with what the file says on top.
    public init(_ configuration: RulesConfiguration) {
        self.init()
        settleSeconds = configuration.settleSeconds ?? settleSeconds
        fallingObject.apply(configuration.fallingObject)
        spill.apply(configuration.spill)
        merge.apply(configuration.merge)
    }
}

extension FallingObjectSettings {
    fileprivate mutating func apply(_ given: FallingObjectConfiguration) {
        enabled = given.enabled ?? enabled
        minDropPictureHeights = given.minDropPictureHeights ?? minDropPictureHeights
        minDropMetres = given.minDropMetres ?? minDropMetres
        minAccelerationPictureHeights = given.minAccelerationPictureHeights ?? minAccelerationPictureHeights
        minAccelerationMetres = given.minAccelerationMetres ?? minAccelerationMetres
        minPeakSpeedPictureHeights = given.minPeakSpeedPictureHeights ?? minPeakSpeedPictureHeights
        minPeakSpeedMetres = given.minPeakSpeedMetres ?? minPeakSpeedMetres
        maxFallSeconds = given.maxFallSeconds ?? maxFallSeconds
        maxSettleSeconds = given.maxSettleSeconds ?? maxSettleSeconds
        restSeconds = given.restSeconds ?? restSeconds
    }
}

extension SpillSettings {
    fileprivate mutating func apply(_ given: SpillConfiguration) {
        enabled = given.enabled ?? enabled
        minAreaFraction = given.minAreaFraction ?? minAreaFraction
        minAreaSquareMetres = given.minAreaSquareMetres ?? minAreaSquareMetres
        maxAreaFraction = given.maxAreaFraction ?? maxAreaFraction
        maxHeightToWidth = given.maxHeightToWidth ?? maxHeightToWidth
        minGrownFraction = given.minGrownFraction ?? minGrownFraction
        minGrowthSeconds = given.minGrowthSeconds ?? minGrowthSeconds
        minGrowthRatio = given.minGrowthRatio ?? minGrowthRatio
        minContainment = given.minContainment ?? minContainment
        maxMovingFraction = given.maxMovingFraction ?? maxMovingFraction
        shadowTextureSimilarity = given.shadowTextureSimilarity ?? shadowTextureSimilarity
        shadowStaySeconds = given.shadowStaySeconds ?? shadowStaySeconds
        endAfterSeconds = given.endAfterSeconds ?? endAfterSeconds
    }
}

extension MergeSettings {
    fileprivate mutating func apply(_ given: MergeConfiguration) {
        maxGapSeconds = given.maxGapSeconds ?? maxGapSeconds
        maxDistancePictureHeights = given.maxDistancePictureHeights ?? maxDistancePictureHeights
    }
}
