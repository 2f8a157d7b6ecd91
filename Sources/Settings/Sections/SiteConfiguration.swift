import Foundation

/// `site`: where this is.
public struct SiteConfiguration: Hashable, Sendable {
    /// Shown in texts and pages when it isn't empty. Default: empty.
    public var name = ""
    /// In which times are shown; on disk everything is UTC. An IANA name. Default: the machine's.
    public var timeZone = TimeZone.current

    public init() {}

    init(reading section: Section) {
        name = section.text("name")?.value ?? name
        if let text = section.text("time_zone", allowed: "an IANA name such as Europe/Berlin") {
            // Abbreviations such as CET have no summer time, which surprises: names only.
            let isName =
                text.value == "UTC" || TimeZone.knownTimeZoneIdentifiers.contains(text.value)
                || text.value.contains("/")
            if isName, let zone = TimeZone(identifier: text.value) {
                timeZone = zone
            } else {
                section.refuse(
                    "time_zone", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
                    allowed: "UTC or an IANA name such as Europe/Berlin",
                    suggestion: NearestKey.find(text.value, in: TimeZone.knownTimeZoneIdentifiers))
            }
        }
        section.finish()
    }
}
