public import Domain
import Foundation
public import Incidents

/// One entry of `cameras`.
public struct CameraConfiguration: Hashable, Sendable {
    /// Its short name in paths, topics and the database; must be unique.
    public var id: CameraID
    /// Its name in texts. Default: the id.
    public var name: String
    /// The stream that is recorded.
    public var url: StreamURL
    /// Both from their keys or from the address.
    public var username: String?
    public var password: Secret?
    /// A smaller stream of the same camera to look at; same user name and password. Default: `url`.
    public var analysisURL: StreamURL?
    /// How often a second the network looks. Default: `analysis.fps`.
    public var analysisFPS: Double
    /// What is decoded while nothing happens. Default: `analysis.mode`.
    public var analysisMode: AnalysisMode
    /// Width by height of the picture as it should be shown, for cameras that squeeze theirs without saying so. Default: as
    /// the stream says.
    public var displayAspect: Double?
    /// Who records on when the disk is full: `low` ones stop first. Default: normal.
    public var recordingPriority: CameraPriority
    /// Parts of the picture; a camera without any is all floor.
    public var zones: [Zone]
    /// How many metres an upright object as tall as the picture would have, where things happen; nil: unknown, and no
    /// text states metres. A person of 1.8 m who takes a quarter of the picture's height gives 7.2. 0.1 to 1000.
    public var pictureHeightMetres: Double?
    /// The measured scale; counts instead of `pictureHeightMetres`.
    public var calibration: CameraCalibration?
    /// How sensitive rules are here, where that differs from what holds for all cameras.
    public var sensitivity: [IncidentKind: RuleSensitivity]

    /// What its rules know of its surroundings.
    public var scene: CameraScene {
        CameraScene(
            camera: id, zones: zones, pictureHeightMetres: pictureHeightMetres, calibration: calibration)
    }

    static func list(
        reading root: Section, analysis: AnalysisConfiguration, rules: RuleRegistry
    ) -> [CameraConfiguration] {
        var seen: Set<CameraID> = [], streams: [StreamURL: CameraID] = [:], names: Set<String> = []
        return root.sections("cameras", of: "cameras").compactMap { section in
            let camera = CameraConfiguration(reading: section, analysis: analysis, rules: rules)
            section.finish()
            guard let camera else { return nil }
            guard seen.insert(camera.id).inserted else {
                section.refuse(
                    "id", at: section.node("id")?.mark ?? section.mark, found: "\"\(camera.id)\" a second time",
                    allowed: "an id that no other camera has")
                return nil
            }
            if let other = streams[camera.url] {
                section.context.warning(
                    section.node("url")?.mark ?? section.mark,
                    found: "\(section.name("url")) is that of camera \"\(other)\" too",
                    allowed: "both record and report the same; was another address meant?")
            }
            streams[camera.url] = streams[camera.url] ?? camera.id
            if !names.insert(camera.name).inserted {
                section.context.warning(
                    (section.node("name") ?? section.node("id"))?.mark ?? section.mark,
                    found: "\(section.name("name")) is \"\(ReadingContext.clip(camera.name))\" a second time",
                    allowed: "messages name cameras: nobody will know which one is meant")
            }
            return camera
        }
    }

    private init?(reading section: Section, analysis: AnalysisConfiguration, rules: RuleRegistry) {
        let id = Self.id(reading: section)
        name = section.text("name")?.value ?? id?.rawValue ?? ""
        if section.node("url") == nil { section.missing("url", allowed: "needed: its stream, as in rtsp://host/path") }
        let main = section.stream("url")
        let second = section.stream("analysis_url")
        username = section.text("username")?.value
        password = section.secret("password", what: "the camera's password")
        analysisFPS = section.number(
            "analysis_fps", default: analysis.fps, in: AnalysisConfiguration.fpsRange, unit: "frames a second")
        analysisMode = section.choice("analysis_mode", default: analysis.mode)
        displayAspect = section.aspect("display_aspect")
        recordingPriority = section.choice("recording_priority", default: .normal)
        zones = ZoneReader.zones(in: section)
        pictureHeightMetres = section.number("picture_height_metres", in: 0.1...1000, unit: "metres")
        calibration = CalibrationConfiguration.read(section)
        sensitivity = Self.sensitivity(reading: section.section("sensitivity"), rules)
        analysisURL = second?.url
        for (key, stream) in [("url", main), ("analysis_url", second)] {
            guard let stream, stream.user != nil || stream.password != nil else { continue }
            let isOther =
                (username != nil && username != stream.user) || (password != nil && password != stream.password)
            if isOther || (section.node("username") != nil && stream.user != nil && username == nil) {
                section.refuse(
                    key, at: stream.mark, found: "an address with another user name or password than the camera's",
                    allowed: "credentials in one place: \"username\" and \"password\", or the address of \"url\"")
            }
            username = username ?? stream.user
            password = password ?? stream.password
        }
        if password != nil, username == nil {
            section.missing("username", allowed: "needed beside a password")
        }
        guard let id, let main else { return nil }
        self.id = id
        url = main.url
    }

    private static func sensitivity(
        reading section: Section, _ rules: RuleRegistry
    ) -> [IncidentKind: RuleSensitivity] {
        var result: [IncidentKind: RuleSensitivity] = [:]
        for rule in rules.descriptions where !rule.isListed {
            let key = rule.kind.rawValue
            guard let (node, mark) = section.node(key) else { continue }
            let range = RuleSensitivity.factors, hasSizes = !rule.magnitudes.isEmpty
            if let scalar = node.scalar, scalar.isPlain {
                if ["false", "off", "no"].contains(scalar.string.lowercased()) {
                    result[rule.kind] = .off
                    continue
                }
                if hasSizes, let factor = Section.decimal(scalar.string), range.contains(factor) {
                    result[rule.kind] = .factor(factor)
                    continue
                }
            }
            section.refuse(
                key, at: mark, found: node.scalar?.inWords ?? node.kindInWords,
                allowed: hasSizes
                    ? "a number from \(range.lowerBound) to \(Int(range.upperBound)), or false where the rule is off"
                    : "false where the rule is off; it has no sizes to be scaled")
        }
        section.finish()
        return result
    }

    private static func id(reading section: Section) -> CameraID? {
        let allowed = "1 to 64 characters of a-z, 0-9, - and _, beginning with a letter or digit"
        guard let (_, mark) = section.node("id") else {
            let made = section.text("name").flatMap { CameraID(readableFrom: $0.value) }
            section.missing("id", allowed: "needed: \(allowed)" + (made.map { ", as in \($0)" } ?? ""))
            return nil
        }
        guard let text = section.text("id", allowed: allowed) else { return nil }
        guard let id = CameraID(rawValue: text.value) else {
            section.refuse(
                "id", at: mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed,
                suggestion: CameraID(readableFrom: text.value)?.rawValue)
            return nil
        }
        return id
    }
}
