public import Foundation

/// Lets a program in, without its secret: that was shown once.
public struct APIToken: Hashable, Sendable, Codable {
    public var id: String
    public var name: String
    public var role: Role
    public var createdAt: Date
    public var createdBy: String
    public var expiresAt: Date?
    public var lastUsedAt: Date?

    public init(
        id: String, name: String, role: Role, createdAt: Date, createdBy: String, expiresAt: Date? = nil,
        lastUsedAt: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }
}
