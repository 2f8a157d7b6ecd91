import Alerts
import ArgumentParser
import Domain
import Foundation
import Recording
import Settings
import Storage

/// `export`: hands incidents on to people without access.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Export an incident as a zip, or a day as a page with pictures.",
        discussion: """
              aislewatch export incident 01kz… --out incident.zip
              aislewatch export day 2026-05-28 --out report.html
            """,
        subcommands: [Incident.self, Day.self])

    struct Incident: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One incident: clips, posters, tracks, text, and checksums for `sha256sum -c`.")

        @Argument(help: "The incident's id, as `incidents list` prints it.")
        var id: String

        @Option(help: "The zip to write; it must not exist yet.", completion: .file())
        var out: String

        @OptionGroup var place: ConfigurationOption

        func run() throws {
            let exporter = try ExportCommand.exporter(place)
            try CommandFailure.wrapping {
                let missing = try exporter.exporter.zip(IncidentID(rawValue: id), to: URL(filePath: out))
                for file in missing { StandardError.write("warning: left out, \(file)") }
            }
        }
    }

    struct Day: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All incidents of a day in the site's time zone, as one HTML file with the pictures inside.")

        @Argument(help: "The day, as 2026-05-28.")
        var day: String

        @Option(help: "The HTML file to write; it must not exist yet.", completion: .file(extensions: ["html"]))
        var out: String

        @OptionGroup var place: ConfigurationOption

        func run() throws {
            let (exporter, configuration) = try ExportCommand.exporter(place)
            let zone = configuration.site.timeZone
            let parts = day.split(separator: "-").compactMap { Int($0) }
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
            guard parts.count == 3,
                let date = calendar.date(
                    from: DateComponents(year: parts[0], month: parts[1], day: parts[2], hour: 12)),
                // The calendar takes 31 February for 3 March.
                calendar.component(.month, from: date) == parts[1], calendar.component(.day, from: date) == parts[2]
            else { throw ValidationError("\"\(day)\" is no day; write it as 2026-05-28") }
            try CommandFailure.wrapping {
                let count = try exporter.report(
                    day: date, timeZone: zone, siteName: configuration.site.name, to: URL(filePath: out))
                print("\(count) incident\(count == 1 ? "" : "s") in \(out)")
            }
        }
    }

    private static func exporter(
        _ place: ConfigurationOption
    ) throws -> (exporter: IncidentExporter, configuration: AislewatchConfiguration) {
        let configuration = try place.load()
        let store = try place.openStore(configuration)
        let names = Dictionary(
            configuration.cameras.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let zone = configuration.site.timeZone
        let files = ClipFiles(
            root: configuration.recording.directory, fallback: configuration.recording.fallbackDirectory)
        let exporter = IncidentExporter(files: files, store: store, clock: SystemClock()) { incident in
            IncidentText.text(
                incident, cameraName: names[incident.camera] ?? incident.camera.rawValue, link: nil, timeZone: zone)
        }
        return (exporter, configuration)
    }
}
