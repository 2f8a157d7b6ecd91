import Foundation

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

    /// An id that a person recognises a name by: "Rückläger 2" gives `ruecklaeger-2`. German and Nordic letters are spelled
    /// out, other marks are dropped, and what no id has becomes a `-`.
    /// - Returns: nil when nothing of the name remains.
    public init?(readableFrom name: String) {
        let spelled: [Character: String] = [
            "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe", "đ": "d", "ł": "l",
            "þ": "th", "ð": "d",
        ]
        let letters = name.lowercased().precomposedStringWithCanonicalMapping.map { spelled[$0] ?? String($0) }.joined()
        var id = ""
        for scalar in letters.decomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9", "_": id.unicodeScalars.append(scalar)
            // The marks above and below letters.
            case "\u{300}"..."\u{36F}": continue
            default: if !id.hasSuffix("-") { id += "-" }
            }
        }
        let edges: Set<Character> = ["-", "_"]
        let trimmed = String(id.drop { edges.contains($0) }.prefix(64))
        self.init(rawValue: String(trimmed.reversed().drop { $0 == "-" }.reversed()))
    }

    public var description: String { rawValue }

    public static func < (lhs: CameraID, rhs: CameraID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A clip's identifier and file name: a ``MonotonicID``, so that sorting by it sorts by time.
public struct ClipID: RawRepresentable, Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }

    public static func < (lhs: ClipID, rhs: ClipID) -> Bool { lhs.rawValue < rhs.rawValue }
}

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

/// An incident's identifier: a ``MonotonicID``, so that sorting by it sorts by time.
public struct IncidentID: RawRepresentable, Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }

    public static func < (lhs: IncidentID, rhs: IncidentID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A track's number within one camera's run: 1, 2, 3, … in order of appearance.
public struct TrackID: RawRepresentable, Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(Int.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { "#\(rawValue)" }

    public static func < (lhs: TrackID, rhs: TrackID) -> Bool { lhs.rawValue < rhs.rawValue }
}
