public import Foundation

/// How messages get at a picture of an incident without knowing who makes it.
public protocol PictureSource: Sendable {
    /// A JPEG of at most so many bytes; nil when there is none (yet).
    func picture(of incident: IncidentID, maximumBytes: Int) async -> Data?
}
