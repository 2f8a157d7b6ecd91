import App
import ArgumentParser
import Foundation
import Logging
import Recording
import Storage

/// `check`: is everything there that the database promises?
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify clips and database, and repair what can be repaired.",
        discussion: """
            Each finished clip must have its video with its size and SHA-256; each file in the clip folders must be some \
            clip's; the database must be whole in itself. Reads every video once. Beside a running daemon it only looks. \
            Files that no clip is called like are reported and never deleted.

            Exit status: 0 nothing wrong (any more), 1 something is.
            """)

    @OptionGroup var place: ConfigurationOption

    @Flag(help: "Repair: complete what was cut off, finish deletions, make missing posters and sidecars again.")
    var repair = false

    @Flag(help: "With --repair: only say what would be done.")
    var dryRun = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let configuration = try place.load()
        let store = try place.openStore(configuration)
        let isRunning = InstanceLock.isHeld(path: store.path)
        if repair, !dryRun, isRunning { throw CommandFailure("\(StorageError.inUse(path: store.path))") }
        let folders = ClipFolders(
            root: configuration.recording.directory, fallback: configuration.recording.fallbackDirectory,
            copies: configuration.storage.directory.appending(path: "clip-copies"))
        let checker = ClipChecker(
            folders: folders, store: store, isRecording: isRunning,
            logger: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
        let report = try checker.check(repair: repair && !dryRun)
        if json {
            try JSONOutput.write(report)
        } else {
            print(text(report, isRunning: isRunning))
        }
        guard report.problems == 0 else { throw CommandFailure() }
    }

    private func text(_ report: ClipChecker.Report, isRunning: Bool) -> String {
        var lines = report.findings.map { finding in
            let place = [finding.clip.map { "clip \($0)" }, finding.path].compactMap { $0 }.joined(separator: ", ")
            let done =
                switch finding.repair {
                case .notTried: repair && dryRun ? " [would be repaired if possible]" : ""
                case .done: " [repaired]"
                case .impossible: " [not repaired]"
                case .failed: " [repair failed]"
                }
            return "\(finding.kind.rawValue): \(place.isEmpty ? "" : "\(place): ")\(finding.text)\(done)"
        }
        let megabytes = String(format: "%.1f", Double(report.bytes) / 1_000_000)
        lines.append(
            "\(report.clips) clips (\(megabytes) MB) and \(report.files) files looked at: \(report.problems) problems")
        if isRunning { lines.append("a daemon is running: what it is recording now was left out") }
        return lines.joined(separator: "\n")
    }
}
