/// A camera's name as the configuration, paths, topics and the database spell it.
///
/// 1 to 64 characters of `a-z`, `0-9`, `-` and `_`, beginning with a letter or digit: safe in a path and in a topic.
public struct CameraID: RawRepresentable, Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    /// - Returns: nil when `rawValue` is not of the form above.
    public init?(rawValue: String) {
        let scalars = rawValue.unicodeScalars
        guard (1...64).contains(scalars.count), let first = scalars.first, first != "-", first != "_",
            scalars.allSatisfy({ ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_" })
        else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    public static func < (lhs: CameraID, rhs: CameraID) -> Bool { lhs.rawValue < rhs.rawValue }
}
