import ArgumentParser
import Domain
import Foundation
import Storage

/// `incidents list`: the newest first.
struct IncidentsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the latest incidents, newest first.")

    @OptionGroup var place: ConfigurationOption

    @Option(help: "Only this camera's.")
    var camera: String?

    @Option(help: "Only this kind: \(IncidentKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: String?

    @Option(help: "Only those of the last so many hours.")
    var hours: Double?

    @Option(help: "At most so many.")
    var limit = 20

    @Flag(help: "Print one JSON object a line.")
    var json = false

    func validate() throws {
        if let camera, CameraID(rawValue: camera) == nil { throw ValidationError("\"\(camera)\" is no camera id") }
        if let kind, IncidentKind(rawValue: kind) == nil {
            let known = IncidentKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no kind \"\(kind)\"; kinds: \(known)")
        }
        if limit < 1 { throw ValidationError("--limit must be at least 1") }
        if let hours, !(hours > 0) { throw ValidationError("--hours must be greater than 0") }
    }

    func run() throws {
        let configuration = try place.load()
        let store = try place.openStore(configuration)
        let filter = IncidentFilter(
            since: hours.map { SystemClock().now() - $0 * 3600 }, camera: camera.flatMap(CameraID.init(rawValue:)),
            kind: kind.flatMap(IncidentKind.init(rawValue:)), limit: limit)
        let incidents = try store.blocking.incidents(filter)
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
        for incident in incidents {
            table.add([
                incident.id.rawValue, times.dateAndTime(incident.startDate), incident.camera.rawValue,
                incident.kinds.map(\.rawValue).joined(separator: " + "), incident.severity.rawValue,
                "\(try store.blocking.clips(of: incident.id).count)",
            ])
        }
        print(table.rendered())
    }
}
