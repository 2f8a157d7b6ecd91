import ArgumentParser
import Domain
import Foundation
import Storage

/// `acknowledge INCIDENT`: somebody takes care of it.
struct AcknowledgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge", abstract: "Say that somebody takes care of an incident: nothing escalates any more."
    )

    @OptionGroup var place: ConfigurationOption

    @Argument(help: "The incident's id, as \"incidents list\" shows it.")
    var incident: String

    @Option(help: "Who.")
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
