/// The identifier of an object that a person marked: a ``MonotonicID``, so that sorting by it sorts by time. It outlives
/// the tracks that show the object.
public struct FollowedObjectID: RawRepresentable, Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { rawValue }

    public static func < (lhs: FollowedObjectID, rhs: FollowedObjectID) -> Bool { lhs.rawValue < rhs.rawValue }
}
