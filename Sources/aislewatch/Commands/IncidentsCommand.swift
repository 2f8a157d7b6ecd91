import ArgumentParser
import Domain
import Foundation
import Settings
import Storage

/// `incidents list|show`: what the database holds.
struct IncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "List incidents, or show one with its clips, its evidence and its messages.",
        subcommands: [IncidentsListCommand.self, IncidentsShowCommand.self])
}

/// `incidents list`: the newest first.
struct IncidentsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the latest incidents, newest first.")

    @OptionGroup var place: ConfigurationOption

    @Option(help: "Only incidents of this camera.")
    var camera: String?

    @Option(help: "Only incidents of this kind: \(IncidentKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: String?

    @Option(help: "Only incidents of the last hours; give their number.")
    var hours: Double?

    @Option(help: "Print at most this many incidents.")
    var limit = 20

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func validate() throws {
        if let camera, CameraID(rawValue: camera) == nil { throw ValidationError("\"\(camera)\" is no camera id") }
        _ = try ConfigurationOption.kind(kind)
        if limit < 1 { throw ValidationError("--limit must be at least 1") }
        if let hours, !(hours > 0) { throw ValidationError("--hours must be greater than 0") }
    }

    func run() throws {
        let configuration = try place.load()
        let store = try place.openStore(configuration)
        let filter = IncidentFilter(
            since: hours.map { SystemClock().now() - $0 * 3600 }, camera: camera.flatMap(CameraID.init(rawValue:)),
            kind: try ConfigurationOption.kind(kind), limit: limit)
        let incidents = try store.blocking.incidents(filter)
        // A camera that is gone has incidents; one that never was has none.
        if incidents.isEmpty { _ = try ConfigurationOption.camera(camera, in: configuration) }
        if json {
            for incident in incidents { try JSONOutput.write(incident) }
            return
        }
        if incidents.isEmpty {
            print("No incidents.")
            return
        }
        var table = TextTable([
            ("incident", .left), ("when", .left), ("camera", .left), ("kind", .left), ("severity", .left),
            ("clips", .right),
        ])
        let times = LocalTimes(configuration.site.timeZone)
        let clips = try store.blocking.clips(of: incidents.map(\.id))
        for incident in incidents {
            table.add([
                incident.id.rawValue, times.dateAndTime(incident.startDate), incident.camera.rawValue,
                incident.kinds.map(\.rawValue).joined(separator: " + "), incident.severity.rawValue,
                "\(clips[incident.id]?.count ?? 0)",
            ])
        }
        print(table.rendered())
    }
}

/// `incidents show ID`: everything about one incident.
struct IncidentsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one incident: what happened, why the rule fired, its clips and its messages.")

    @Argument(help: "The incident's id, as `incidents list` prints it.")
    var id: String

    @OptionGroup var place: ConfigurationOption

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Whole: Encodable {
        var incident: Incident
        var clips: [Clip]
    }

    func run() throws {
        let configuration = try place.load()
        let store = try place.openStore(configuration)
        guard let incident = try store.blocking.incident(IncidentID(rawValue: id)) else {
            throw CommandFailure("there is no incident \(id); `aislewatch incidents list` prints the ids")
        }
        let clips = try store.blocking.clips(of: incident.id)
        if json {
            try JSONOutput.write(Whole(incident: incident, clips: clips))
            return
        }
        print(try describe(incident, clips, configuration, store))
    }

    private func describe(
        _ incident: Incident, _ clips: [Clip], _ configuration: AislewatchConfiguration, _ store: Store
    ) throws -> String {
        let times = LocalTimes(configuration.site.timeZone)
        let region = incident.region
        var lines = [
            "incident  \(incident.id)",
            "kind      \(incident.kinds.map(\.rawValue).joined(separator: " + ")), severity \(incident.severity.rawValue)",
            "camera    \(incident.camera)",
            "when      \(times.dateAndTime(incident.startDate)), \(incident.stage.rawValue)",
            "where     \(region.width) x \(region.height) at \(region.x), \(region.y) in a picture of \(incident.frameSize)",
        ]
        if let zone = incident.facts.zoneName { lines.append("zone      \(zone)") }
        if let name = incident.ruleName { lines.append("rule      \(name)") }
        lines += story(incident, times)
        lines.append("why")
        for evidence in incident.evidence {
            let unit = evidence.unit.isEmpty ? "" : " \(evidence.unit)"
            let kind = evidence.kind.map { $0.rawValue + ", " } ?? ""
            lines.append(
                "  \(kind)\(evidence.parameter): \(Self.number(evidence.measured))\(unit), "
                    + "threshold \(evidence.direction.symbol) \(Self.number(evidence.threshold))\(unit)")
        }
        lines.append("clips")
        for clip in clips {
            let path = configuration.recording.directory.appending(path: clip.path).path
            lines.append(
                "  \(clip.state == .recording ? path + ".part (being written)" : path), "
                    + "\(Self.number(clip.durationSeconds)) s, pre-roll \(Self.number(clip.preRollSeconds)) s")
        }
        lines.append("messages")
        for message in try store.blocking.messages(of: incident.id) {
            let tried = "\(message.attempts) attempt\(message.attempts == 1 ? "" : "s")"
            let error = message.lastError.map { ": \($0)" } ?? ""
            let recipient = message.alert.recipient.isEmpty ? "" : " to \(message.alert.recipient)"
            lines.append("  \(message.alert.channel)\(recipient): \(message.state.rawValue) after \(tried)\(error)")
        }
        return lines.joined(separator: "\n")
    }

    /// Who was notified, what merged into it, what the language model said.
    private func story(_ incident: Incident, _ times: LocalTimes) -> [String] {
        var lines: [String] = []
        let until = incident.quietUntilDate.map { " until " + times.dateAndTime($0) } ?? ""
        switch incident.alerting {
        case .alarm: break
        case .summary: lines.append("alert     as the last one of this rule" + until)
        case .silent: lines.append("alert     none, silent" + until)
        }
        if !incident.aliases.isEmpty {
            lines.append("merged    \(incident.aliases.map(\.rawValue).joined(separator: ", "))")
        }
        if let answer = incident.verification {
            lines.append(
                "verified  \(answer.happened ? "it happened" : "it did not happen"), \(answer.severity.rawValue): "
                    + "\(answer.description) (\(answer.model))")
        }
        return lines
    }

    private static func number(_ value: Double) -> String { String(format: "%.2f", value) }
}

/// `acknowledge INCIDENT`: somebody takes care of it.
struct AcknowledgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge", abstract: "Say that somebody takes care of an incident: nothing escalates any more."
    )

    @OptionGroup var place: ConfigurationOption

    @Argument(help: "The incident's id, as \"incidents list\" shows it.")
    var incident: String

    @Option(help: "Who takes care of it.")
    var by = "cli"

    func run() throws {
        let configuration = try place.load()
        let store = try place.openStore(configuration)
        let id = IncidentID(rawValue: incident)
        guard try store.blocking.incident(id) != nil else { throw CommandFailure("there is no incident \(incident)") }
        if try store.blocking.acknowledge(id, by: by, at: SystemClock().now()) {
            print("Acknowledged by \(by).")
        } else if let earlier = try store.blocking.acknowledgement(of: id) {
            let times = LocalTimes(configuration.site.timeZone)
            print("Acknowledged before, by \(earlier.by), \(times.dateAndTime(earlier.at)).")
        }
    }
}

extension ThresholdDirection {
    /// As people write it before a threshold.
    fileprivate var symbol: String { self == .atLeast ? "≥" : "≤" }
}
