public import Foundation

/// Somebody who can sign in.
public struct Account: Hashable, Sendable, Codable {
    /// 1 to 64 characters of `A-Z a-z 0-9 . _ @ -`, beginning with a letter or digit. Upper and lower case are the same.
    public var name: String
    public var role: Role
    public var createdAt: Date
    public var lastSeenAt: Date?

    public init(name: String, role: Role, createdAt: Date, lastSeenAt: Date? = nil) {
        self.name = name
        self.role = role
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
    }

    /// Whether a name is of the form above.
    public static func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (1...64).contains(bytes.count), let first = bytes.first, isPlain(first) else { return false }
        return bytes.allSatisfy { isPlain($0) || [0x2E, 0x5F, 0x40, 0x2D].contains($0) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
