import App
import ArgumentParser
import Domain
import Foundation

/// `restore`: what `backup` has copied.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup's database (and configuration) in place.",
        discussion: """
            Verifies the backup first. Refuses while a daemon runs. What is there now is kept beside it under another name. \
            Afterwards `aislewatch check` tells which clips have come or gone since the backup.
            """)

    @Argument(help: "The backup's folder, as `backup` printed it.", completion: .directory)
    var folder: String

    @Flag(help: "Also put the configuration back, over the file that --config names.")
    var withConfiguration = false

    @OptionGroup var place: ConfigurationOption

    func validate() throws {
        if withConfiguration, place.config == nil {
            throw ValidationError("--with-configuration needs --config: the file to write")
        }
    }

    func run() async throws {
        let configuration = try place.load()
        try CommandFailure.wrapping {
            let moved = try SiteBackup.restore(
                from: URL(filePath: folder), database: configuration.storage.database,
                configuration: withConfiguration ? place.config.map { URL(filePath: $0) } : nil, clock: SystemClock())
            for url in moved { print("kept: \(url.path)") }
            print("restored: \(configuration.storage.database.path)")
        }
    }
}
