import App
import ArgumentParser
import Domain
import Foundation
import Recording

/// `backup`: the database and the configuration, also while the daemon runs.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy database and configuration, also while the daemon runs.",
        discussion: """
            Makes a folder of its own in --to, readable by this user alone, with checksums. Clips are not in it: they are \
            files that never change, for any copying tool. Neither are files that the configuration names with file:.
            """)

    @Option(help: "Folder in which the backup's folder is made.", completion: .directory)
    var to: String

    @OptionGroup var place: ConfigurationOption

    func run() throws {
        let configuration = try place.load()
        let store = try place.openStore(configuration)
        try CommandFailure.wrapping {
            let folder = try SiteBackup.make(
                store: store, configuration: place.config.map { URL(filePath: $0) }, in: URL(filePath: to),
                program: AislewatchDaemon.version, clock: SystemClock())
            print(folder.path)
        }
    }
}

/// `restore`: what `backup` has copied.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup's database (and configuration) in place.",
        discussion: """
            Verifies the backup first. Refuses while a daemon runs. What is there now is kept beside it under another name. \
            Afterwards `aislewatch check` shows which clips have come or gone since the backup.
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

    func run() throws {
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
