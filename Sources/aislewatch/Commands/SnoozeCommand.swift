import ArgumentParser
import Domain
import Foundation
import Storage

/// `snooze`: a time in which nobody wants to hear of something.
struct SnoozeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snooze", abstract: "Silence a camera, a zone or a rule for a while; it ends by itself.",
        discussion: """
            aislewatch snooze --camera dock --minutes 30              incidents are recorded, no alert is sent
            aislewatch snooze --camera dock --hours 4 --maintenance   people work there: nothing is recorded or sent
            aislewatch snooze --list
            aislewatch snooze --end 3
            """)

    @OptionGroup var place: ConfigurationOption

    @Option(help: "Only this camera.")
    var camera: String?

    @Option(help: "Only this zone, by its name.")
    var zone: String?

    @Option(help: "Only this kind of incident.")
    var kind: String?

    @Option(help: "How long it lasts, in minutes.")
    var minutes: Double?

    @Option(help: "How long it lasts, in hours.")
    var hours: Double?

    @Flag(help: "Incidents and notices of the camera are neither kept nor sent.")
    var maintenance = false

    @Option(help: "The reason, in a few words.")
    var reason = ""

    @Flag(help: "List the snoozes that are active or planned.")
    var list = false

    @Option(help: "End the snooze with this number now.")
    var end: Int64?

    /// Longer ones are forgotten: who wants a rule off for ever switches it off in the configuration.
    private static let maximumHours = 24.0 * 14

    func validate() throws {
        _ = try ConfigurationOption.kind(kind)
        if list || end != nil {
            let isNew =
                camera != nil || zone != nil || kind != nil || minutes != nil || hours != nil || maintenance
                || !reason.isEmpty
            guard !isNew, !(list && end != nil) else {
                throw ValidationError("--list and --end stand alone, beside --config")
            }
            return
        }
        guard (minutes == nil) != (hours == nil) else { throw ValidationError("say how long: --minutes or --hours") }
        guard seconds > 0, seconds <= Self.maximumHours * 3600 else {
            throw ValidationError("a snooze lasts from some seconds to \(Int(Self.maximumHours / 24)) days")
        }
    }

    private var seconds: Double { (minutes ?? 0) * 60 + (hours ?? 0) * 3600 }

    func run() throws {
        let configuration = try place.load()
        let store = try place.openStore(configuration)
        let now = SystemClock().now()
        let times = LocalTimes(configuration.site.timeZone)
        if let end {
            guard try store.blocking.endSnooze(end, at: now) else {
                throw CommandFailure("there is no snooze \(end) that is active or to come")
            }
            print("Snooze \(end) is over.")
            return
        }
        if !list {
            let camera = try ConfigurationOption.camera(camera, in: configuration)
            let snooze = try store.blocking.add(
                Snooze(
                    camera: camera, zone: try ConfigurationOption.zone(zone, of: camera, in: configuration),
                    kind: try ConfigurationOption.kind(kind), mode: maintenance ? .maintenance : .alerts,
                    from: now, until: now + seconds, by: "cli", reason: reason))
            print("Snooze \(snooze.id), until \(times.dateAndTime(snooze.until)).")
            return
        }
        var table = TextTable([
            ("snooze", .right), ("until", .left), ("camera", .left), ("zone", .left), ("kind", .left), ("mode", .left),
            ("by", .left), ("reason", .left),
        ])
        for snooze in try store.blocking.snoozes(at: now, upcoming: true) {
            table.add([
                "\(snooze.id)", times.dateAndTime(snooze.until), snooze.camera?.rawValue ?? "all", snooze.zone ?? "all",
                snooze.kind?.rawValue ?? "all", snooze.mode.rawValue, snooze.by, snooze.reason,
            ])
        }
        print(table.rendered())
    }
}
