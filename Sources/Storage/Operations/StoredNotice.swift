public import Domain
public import Foundation

/// A notice about the installation with its life.
public struct StoredNotice: Hashable, Sendable, Codable {
    /// A ULID: sorts by time.
    public var id: String
    public var notice: OperationalNotice
    /// What people were told.
    public var text: String
    public var openedAt: Date
    /// Nil while it is open.
    public var closedAt: Date?
}
