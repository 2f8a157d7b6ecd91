public import Foundation

/// A link's token that is not in the database yet: ``Store/commit(_:link:plan:)`` stores its hash, and only when a
/// message carries it.
public struct LinkToken: Sendable, CustomStringConvertible {
    /// The last part of the link's path: 192 bits in 32 characters of `A-Z a-z 0-9 - _`. A secret: never log it.
    public let token: String
    /// After this moment the link opens nothing.
    public let expiresAt: Date
    let nonce: Data

    public var description: String { "LinkToken(expiresAt: \(expiresAt))" }
}
