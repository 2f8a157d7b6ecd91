/// A clip's identifier and file name: a ``MonotonicID``, so that sorting by it sorts by time.
public struct ClipID: RawRepresentable, Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }

    public static func < (lhs: ClipID, rhs: ClipID) -> Bool { lhs.rawValue < rhs.rawValue }
}
