public import Foundation

/// Somebody who can sign in.
public struct Account: Hashable, Sendable, Codable {
    /// 1 to 64 characters of `A-Z a-z 0-9 . _ @ -`, beginning with a letter or digit. Upper and lower case are the same.
    public var name: String
    public var role: Role
    public var createdAt: Date
    public var lastSeenAt: Date?
    /// Whether a code is needed beside the password.
    public var hasSecondFactor: Bool
    /// The cameras that it sees, and all that is about them; nil: every one.
    public var cameras: Set<CameraID>?

    public init(
        name: String, role: Role, createdAt: Date, lastSeenAt: Date? = nil, hasSecondFactor: Bool = false,
        cameras: Set<CameraID>? = nil
    ) {
        self.name = name
        self.role = role
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.hasSecondFactor = hasSecondFactor
        self.cameras = cameras
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

/// What an account or token may do. Each holds the ones before it.
public enum Role: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// Looks.
    case viewer
    /// Clicks, follows, reviews, silences.
    case `operator`
    /// Changes settings and accounts.
    case admin

    public static func < (lhs: Role, rhs: Role) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .operator: 1
        case .admin: 2
        }
    }
}

/// Lets a program in, without its secret: that was shown once.
public struct APIToken: Hashable, Sendable, Codable {
    public var id: String
    public var name: String
    public var role: Role
    public var createdAt: Date
    public var createdBy: String
    public var expiresAt: Date?
    public var lastUsedAt: Date?
    /// The cameras that it sees, and all that is about them; nil: every one.
    public var cameras: Set<CameraID>?

    public init(
        id: String, name: String, role: Role, createdAt: Date, createdBy: String, expiresAt: Date? = nil,
        lastUsedAt: Date? = nil, cameras: Set<CameraID>? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.cameras = cameras
    }
}

/// Who changed what.
public struct AuditEntry: Hashable, Sendable, Codable {
    /// Given by the store; 0 before.
    public var id: Int64
    public var at: Date
    /// An account's name, `token NAME`, or `cli`.
    public var who: String
    /// For instance `follow.create`.
    public var action: String
    /// What it was done to: an id or a name.
    public var subject: String
    /// In words; never a secret.
    public var detail: String
    /// From where.
    public var address: String

    public init(
        id: Int64 = 0, at: Date, who: String, action: String, subject: String, detail: String = "", address: String = ""
    ) {
        self.id = id
        self.at = at
        self.who = who
        self.action = action
        self.subject = subject
        self.detail = detail
        self.address = address
    }
}
