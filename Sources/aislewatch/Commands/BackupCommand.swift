import App
import ArgumentParser
import Domain
import Foundation

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
                clock: SystemClock())
            print(folder.path)
        }
    }
}
