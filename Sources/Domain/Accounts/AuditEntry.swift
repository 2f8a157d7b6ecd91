public import Foundation

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
