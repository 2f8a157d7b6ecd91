import Domain
import Incidents
import Settings

extension RuleSettings {
    /// The rules' own defaults with what the file says on top.
    /// - Parameter camera: Rules of other cameras are left out; nil takes all.
    public init(_ configuration: RulesConfiguration, camera: CameraID? = nil) {
        self.init()
        applySafety(configuration, camera: camera)
        settleSeconds = configuration.settleSeconds ?? settleSeconds
        fallingObject.apply(configuration.fallingObject)
        spill.apply(configuration.spill)
        toppledStack.apply(configuration.toppledStack)
        objectLeft.apply(configuration.objectLeft)
        objectRemoved.apply(configuration.objectRemoved)
        markedObject.apply(configuration.markedObject)
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
        minDropPixels = given.minDropPixels ?? minDropPixels
        minAccelerationPixels = given.minAccelerationPixels ?? minAccelerationPixels
        minPeakSpeedPixels = given.minPeakSpeedPixels ?? minPeakSpeedPixels
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
        minLumaChange = given.minLumaChange ?? minLumaChange
        maxTextureRatio = given.maxTextureRatio ?? maxTextureRatio
        shadowStaySeconds = given.shadowStaySeconds ?? shadowStaySeconds
        endAfterSeconds = given.endAfterSeconds ?? endAfterSeconds
        minAreaPixels = given.minAreaPixels ?? minAreaPixels
        minGrownSquareMetres = given.minGrownSquareMetres ?? minGrownSquareMetres
        minGrownPixels = given.minGrownPixels ?? minGrownPixels
    }
}

extension MergeSettings {
    fileprivate mutating func apply(_ given: MergeConfiguration) {
        maxGapSeconds = given.maxGapSeconds ?? maxGapSeconds
        maxDistancePictureHeights = given.maxDistancePictureHeights ?? maxDistancePictureHeights
    }
}

extension ToppledStackSettings {
    fileprivate mutating func apply(_ given: ToppledStackConfiguration) {
        enabled = given.enabled ?? enabled
        minHeightPictureHeights = given.minHeightPictureHeights ?? minHeightPictureHeights
        minHeightMetres = given.minHeightMetres ?? minHeightMetres
        minSinkFraction = given.minSinkFraction ?? minSinkFraction
        minSinkSpeedPictureHeights = given.minSinkSpeedPictureHeights ?? minSinkSpeedPictureHeights
        minSinkSpeedMetres = given.minSinkSpeedMetres ?? minSinkSpeedMetres
        maxAspectKept = given.maxAspectKept ?? maxAspectKept
        maxSeconds = given.maxSeconds ?? maxSeconds
        restSeconds = given.restSeconds ?? restSeconds
        minHeightPixels = given.minHeightPixels ?? minHeightPixels
        minSinkSpeedPixels = given.minSinkSpeedPixels ?? minSinkSpeedPixels
    }
}

extension ObjectLeftSettings {
    fileprivate mutating func apply(_ given: ObjectLeftConfiguration) {
        enabled = given.enabled ?? enabled
        staySeconds = given.staySeconds ?? staySeconds
        minAreaFraction = given.minAreaFraction ?? minAreaFraction
        minAreaSquareMetres = given.minAreaSquareMetres ?? minAreaSquareMetres
        aloneDistancePictureHeights = given.aloneDistancePictureHeights ?? aloneDistancePictureHeights
        minOutlineContrast = given.minOutlineContrast ?? minOutlineContrast
        minAreaPixels = given.minAreaPixels ?? minAreaPixels
        aloneDistanceMetres = given.aloneDistanceMetres ?? aloneDistanceMetres
        aloneDistancePixels = given.aloneDistancePixels ?? aloneDistancePixels
    }
}

extension ObjectRemovedSettings {
    fileprivate mutating func apply(_ given: ObjectRemovedConfiguration) {
        enabled = given.enabled ?? enabled
        minStoodSeconds = given.minStoodSeconds ?? minStoodSeconds
        staySeconds = given.staySeconds ?? staySeconds
        minAreaFraction = given.minAreaFraction ?? minAreaFraction
        maxAreaFraction = given.maxAreaFraction ?? maxAreaFraction
        aloneDistancePictureHeights = given.aloneDistancePictureHeights ?? aloneDistancePictureHeights
        maxOutlineContrast = given.maxOutlineContrast ?? maxOutlineContrast
        minAreaSquareMetres = given.minAreaSquareMetres ?? minAreaSquareMetres
        minAreaPixels = given.minAreaPixels ?? minAreaPixels
        aloneDistanceMetres = given.aloneDistanceMetres ?? aloneDistanceMetres
        aloneDistancePixels = given.aloneDistancePixels ?? aloneDistancePixels
    }
}

extension MarkedObjectSettings {
    fileprivate mutating func apply(_ given: MarkedObjectConfiguration) {
        enabled = given.enabled ?? enabled
        minMoveSizes = given.minMoveSizes ?? minMoveSizes
        confirmSeconds = given.confirmSeconds ?? confirmSeconds
        lostSeconds = given.lostSeconds ?? lostSeconds
        settleSeconds = given.settleSeconds ?? settleSeconds
        minMoveMetres = given.minMoveMetres ?? minMoveMetres
        minMovePixels = given.minMovePixels ?? minMovePixels
    }
}
