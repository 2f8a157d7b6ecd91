import Domain
import Foundation

/// `recording.retention`: how long clips stay, and how full their disk may get.
public struct RetentionConfiguration: Hashable, Sendable {
    /// One entry of `keep`: another length of time for some incidents.
    public struct Rule: Hashable, Sendable {
        /// Empty: all.
        public var severities: [Severity]
        /// Empty: whether reviewed or not.
        public var reviews: [Review]
        /// 0: for ever.
        public var days: Double
    }

    /// Days after an incident's end; 0 keeps for ever. 0 to 36500. Default: 30.
    public var keepDays = 30.0
    /// The first that fits an incident counts.
    public var keep: [Rule] = []
    /// All clips together, in megabytes; nil: as much as the disk holds above the reserve.
    public var maxMegabytes: Int?
    /// What is always left free on the clips' disk, in megabytes. Default: 2048.
    public var reserveMegabytes = 2048

    public init() {}

    init(reading section: Section) {
        keepDays = section.number("keep_days", default: keepDays, in: 0...36_500, unit: "days; 0 for ever")
        maxMegabytes = section.integer("max_megabytes", in: 1...1_000_000_000, unit: "megabytes")
        reserveMegabytes = section.integer(
            "reserve_megabytes", default: reserveMegabytes, in: 0...100_000_000, unit: "megabytes")
        keep = section.sections("keep", of: "rules").map { rule in
            let severities = rule.names("severity", known: Severity.allCases.map(\.rawValue), of: "severities")
            let reviews = rule.names("review", known: Review.allCases.map(\.rawValue), of: "reviews")
            let days = rule.number("days", in: 0...36_500, unit: "days; 0 for ever")
            if rule.node("days") == nil { rule.missing("days", allowed: "needed: a number of days; 0 for ever") }
            rule.finish()
            return Rule(
                severities: severities.compactMap(Severity.init(rawValue:)),
                reviews: reviews.compactMap(Review.init(rawValue:)), days: days ?? 0)
        }
        section.finish()
    }
}
