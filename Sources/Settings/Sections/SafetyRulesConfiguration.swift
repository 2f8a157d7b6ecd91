import Domain

/// `rules.near_miss`, `rules.person_down` and `rules.camera_tampered`. Nil means the rule's own default.
public struct NearMissConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// 0.1 to 10 seconds.
    public var maxSecondsToContact: Double?
    public var minSpeed: LengthThreshold?
    public var minClosingSpeed: LengthThreshold?
    public var minHeight: LengthThreshold?
    /// 0 to 60 seconds.
    public var minAgeSeconds: Double?
    /// 0 to 10 seconds.
    public var minSeconds: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: false)
        maxSecondsToContact = section.number("max_seconds_to_contact", in: 0.1...10, unit: "seconds")
        minSpeed = section.threshold(
            "min_speed", default: LengthThreshold(metres: nil, pictureHeights: 0.4), perSecond: true)
        minClosingSpeed = section.threshold(
            "min_closing_speed", default: LengthThreshold(metres: nil, pictureHeights: 0.3), perSecond: true)
        minHeight = section.threshold("min_height", default: LengthThreshold(metres: nil, pictureHeights: 0.08))
        minAgeSeconds = section.number("min_age_seconds", in: 0...60, unit: "seconds")
        minSeconds = section.number("min_seconds", in: 0...10, unit: "seconds")
        section.finish()
    }
}

/// `rules.person_down`. Nil means the rule's own default.
public struct PersonDownConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    public var minHeight: LengthThreshold?
    /// 1 to 10.
    public var minUprightRatio: Double?
    /// 0.05 to 2.
    public var maxDownRatio: Double?
    public var minWalked: LengthThreshold?
    /// 0 to 60 seconds.
    public var minUprightSeconds: Double?
    /// 0.1 to 30 seconds.
    public var maxFallSeconds: Double?
    /// 0.5 to 600 seconds.
    public var minDownSeconds: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: false)
        minHeight = section.threshold("min_height", default: LengthThreshold(metres: nil, pictureHeights: 0.12))
        minUprightRatio = section.number("min_upright_ratio", in: 1...10, unit: "")
        maxDownRatio = section.number("max_down_ratio", in: 0.05...2, unit: "")
        minWalked = section.threshold("min_walked", default: LengthThreshold(metres: nil, pictureHeights: 0.06))
        minUprightSeconds = section.number("min_upright_seconds", in: 0...60, unit: "seconds")
        maxFallSeconds = section.number("max_fall_seconds", in: 0.1...30, unit: "seconds")
        minDownSeconds = section.number("min_down_seconds", in: 0.5...600, unit: "seconds")
        section.finish()
    }
}

/// `rules.camera_tampered`. Nil means the rule's own default.
public struct CameraTamperedConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// 0 to 1.
    public var coveredContrastRatio: Double?
    public var darkCounts: Bool?
    /// 0 to 255.
    public var darkLuma: Double?
    /// 0 to 1.
    public var blurredSharpnessRatio: Double?
    /// −1 to 1.
    public var turnedSimilarity: Double?
    /// 0.5 to 600 seconds.
    public var minSeconds: Double?
    /// 5 to 86400 seconds.
    public var frozenSeconds: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: true)
        coveredContrastRatio = section.number("covered_contrast_ratio", in: 0...1, unit: "")
        darkCounts = section.node("dark_counts") == nil ? nil : section.bool("dark_counts", default: true)
        darkLuma = section.number("dark_luma", in: 0...255, unit: "")
        blurredSharpnessRatio = section.number("blurred_sharpness_ratio", in: 0...1, unit: "")
        turnedSimilarity = section.number("turned_similarity", in: -1...1, unit: "")
        minSeconds = section.number("min_seconds", in: 0.5...600, unit: "seconds")
        frozenSeconds = section.number("frozen_seconds", in: 5...86_400, unit: "seconds")
        section.finish()
    }
}
