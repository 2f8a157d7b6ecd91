public import Domain
public import Foundation

/// What the pages need to know of the site.
public struct PageSettings: Sendable {
    /// Shown at the foot; may be empty.
    public var siteName: String
    /// In which times are shown.
    public var timeZone: TimeZone
    /// Of the page behind an alert's link: `en` or `de`.
    public var language: String
    /// What people call a camera.
    public var cameraName: @Sendable (CameraID) -> String
    /// The alert's text without the link.
    public var text: @Sendable (Incident) -> String

    public init(
        siteName: String, timeZone: TimeZone, language: String = "en",
        cameraName: @escaping @Sendable (CameraID) -> String,
        text: @escaping @Sendable (Incident) -> String
    ) {
        self.siteName = siteName
        self.timeZone = timeZone
        self.language = language
        self.cameraName = cameraName
        self.text = text
    }
}
