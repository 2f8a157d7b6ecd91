import Foundation

/// `recording`: what a clip holds and where it goes.
public struct RecordingConfiguration: Hashable, Sendable {
    /// The root of the clips. Default: `clips` in the state directory.
    public var directory: URL
    /// Where clips go while `directory` can't be written. Default: `clips-fallback` in the state directory.
    public var fallbackDirectory: URL
    /// Whether the file names it; then the daemon starts even when `directory` can't be written.
    public var isFallbackGiven = false
    public var retention = RetentionConfiguration()
    /// Seconds before the incident's start; the clip begins at the key frame at or before. 0 to 300. Default: 10.
    public var preRollSeconds = 10.0
    /// Seconds after the incident's end. 0 to 300. Default: 10.
    public var postRollSeconds = 10.0
    /// Overlapping incidents extend a clip up to this length. 10 to 3600. Default: 300.
    public var maxClipSeconds = 300.0
    /// Memory that the packets of one camera may take. 4 to 4096 MB. Default: 64.
    public var ringMaxMegabytes = 64
    /// Whether sound is recorded; many countries forbid it at work. Default: no.
    public var audio = false

    public init(stateDirectory: URL) {
        directory = stateDirectory.appending(path: "clips")
        fallbackDirectory = stateDirectory.appending(path: "clips-fallback")
    }

    init(reading section: Section, stateDirectory: URL) {
        self.init(stateDirectory: stateDirectory)
        directory = section.path("directory") ?? directory
        if let given = section.path("fallback_directory") {
            fallbackDirectory = given
            isFallbackGiven = true
        }
        retention = RetentionConfiguration(reading: section.section("retention"))
        preRollSeconds = section.number("pre_roll_seconds", default: preRollSeconds, in: 0...300, unit: "seconds")
        postRollSeconds = section.number("post_roll_seconds", default: postRollSeconds, in: 0...300, unit: "seconds")
        maxClipSeconds = section.number("max_clip_seconds", default: maxClipSeconds, in: 10...3600, unit: "seconds")
        ringMaxMegabytes = section.integer(
            "ring_max_megabytes", default: ringMaxMegabytes, in: 4...4096, unit: "megabytes for each camera")
        audio = section.bool("audio", default: audio)
        if maxClipSeconds < preRollSeconds + postRollSeconds + 1 {
            let key = ["max_clip_seconds", "pre_roll_seconds", "post_roll_seconds"].first { section.node($0) != nil }
            let mark = key.flatMap { section.node($0)?.mark } ?? section.mark
            section.context.problem(
                mark, found: "\(section.name("max_clip_seconds")) is shorter than pre-roll and post-roll together",
                allowed: "allowed: more than pre_roll_seconds + post_roll_seconds")
        }
        section.finish()
    }
}
