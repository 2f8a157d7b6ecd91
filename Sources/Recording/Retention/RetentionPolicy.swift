import Domain
import Foundation
import Storage

/// Which clips have had their time; pure.
public struct RetentionPolicy: Hashable, Sendable {
    /// Another length of time for some incidents.
    public struct Rule: Hashable, Sendable {
        /// Empty: of every severity.
        public var severities: Set<Severity>
        /// Empty: whether reviewed or not, and however.
        public var reviews: Set<Review>
        /// nil: for ever.
        public var keepSeconds: Double?

        public init(severities: Set<Severity> = [], reviews: Set<Review> = [], keepSeconds: Double?) {
            self.severities = severities
            self.reviews = reviews
            self.keepSeconds = keepSeconds
        }

        func fits(_ incident: KeptClip.Shown) -> Bool {
            (severities.isEmpty || severities.contains(incident.severity))
                && (reviews.isEmpty || incident.review.map(reviews.contains) == true)
        }
    }

    /// For incidents that no rule names; nil: for ever.
    public var keepSeconds: Double?
    /// The first that fits counts.
    public var rules: [Rule]
    /// All clips together; nil: as much as the disk holds.
    public var maxBytes: Int64?
    /// What is always left free on the clips' disk.
    public var reserveBytes: Int64

    public init(
        keepSeconds: Double? = 30 * 86_400, rules: [Rule] = [], maxBytes: Int64? = nil, reserveBytes: Int64 = 2 << 30
    ) {
        self.keepSeconds = keepSeconds
        self.rules = rules
        self.maxBytes = maxBytes
        self.reserveBytes = reserveBytes
    }

    /// A clip stays as long as one of its incidents wants it to, and for ever when one of them is protected.
    public func isExpired(_ kept: KeptClip, now: Date) -> Bool {
        guard !kept.isProtected else { return false }
        guard !kept.incidents.isEmpty else {
            // Of nobody: the general time counts, from its own start.
            return keepSeconds.map { now.timeIntervalSince(kept.clip.startDate) > $0 } ?? false
        }
        return kept.incidents.allSatisfy { incident in
            let seconds = rules.first { $0.fits(incident) }.map(\.keepSeconds) ?? keepSeconds
            return seconds.map { now.timeIntervalSince(incident.endDate) > $0 } ?? false
        }
    }
}

extension CameraPriority {
    /// The part of the reserve that must be free for this camera to begin another clip. A high one records to the last byte.
    var reserveShare: Double {
        switch self {
        case .low: 1
        case .normal: 0.5
        case .high: 0
        }
    }
}
