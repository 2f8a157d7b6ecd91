import App
import ArgumentParser
import Domain
import Foundation
import Models
import Settings
import Vision

/// `models`: published networks, from their authors' weights to a running daemon.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List published networks, fetch and verify their weights, and import exported graphs.",
        discussion: """
            From nothing to a running EdgeTAM:
              aislewatch models fetch edgetam            download its weights, 56 MB
              make export MODEL=edgetam                  turn them into graphs (in a checkout; needs Python)
              aislewatch models import models/edgetam    check them, copy them, switch the configuration
            Nothing is downloaded unless `fetch` is called. docs/models.md says which one to choose.
            """,
        subcommands: [
            ModelsListCommand.self, ModelsFetchCommand.self, ModelsVerifyCommand.self, ModelsImportCommand.self,
        ])
}

/// Where models lie: `--config`, `--folder` and `--registry`.
struct ModelPlaces: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(
        help: """
            The folder for checkpoints and imported graphs. Default: `models` in the daemon's state directory \
            (storage.directory).
            """,
        completion: .directory)
    var folder: String?

    @Option(
        help: "Another registry. Default: the one that comes with Aislewatch.", completion: .file(extensions: ["yaml"]))
    var registry: String?

    func catalogue() throws -> ModelCatalogue {
        try CommandFailure.wrapping {
            let file =
                try registry.map { URL(filePath: $0) }
                ?? ModelLocator.directory(of: "compact").deletingLastPathComponent().appending(
                    path: ModelCatalogue.fileName)
            return try ModelCatalogue.read(file)
        }
    }

    /// Holds a folder for each imported network.
    func models() throws -> URL {
        try folder.map { URL(filePath: $0).absoluteURL }
            ?? configuration.load().storage.directory.appending(path: "models")
    }

    func checkpoints() throws -> CheckpointStore {
        CheckpointStore(folder: try models().appending(path: "checkpoints"))
    }

    /// A network's graphs: imported, or those that come with the program.
    func graphs(of name: String) throws -> URL? {
        let imported = try models().appending(path: name)
        if FileManager.default.fileExists(atPath: imported.appending(path: "manifest.json").path) { return imported }
        return try? ModelLocator.directory(of: name)
    }
}

/// Sizes as people read them.
private func megabytes(_ bytes: Int64) -> String {
    bytes < 10_000_000 ? String(format: "%.1f MB", Double(bytes) / 1e6) : "\(Int((Double(bytes) / 1e6).rounded())) MB"
}

/// `models list`.
struct ModelsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the networks of the registry and which of them are here.")

    @OptionGroup var places: ModelPlaces
    @Flag(help: "Print one JSON object a network.") var json = false

    private struct Line: Encodable {
        var name: String
        var title: String?
        var licence: String?
        var origin: String?
        var url: String?
        var bytes: Int64?
        var sha256: String?
        var git_blob: String?
        var hashed_by: String?
        var needs: String?
        /// Of the weights: absent, partial, present, wrong.
        var checkpoint: String?
        /// The folder of the graphs; missing while there are none.
        var graphs: String?
        var runs_here: Bool
    }

    func run() throws {
        let catalogue = try places.catalogue(), store = try places.checkpoints()
        var lines: [Line] = []
        for name in ModelRegistry.standard.names where !catalogue.models.contains(where: { $0.name == name }) {
            lines.append(Line(name: name, graphs: try places.graphs(of: name)?.path, runs_here: true))
        }
        for model in catalogue.models {
            let checkpoint = model.checkpoint, identity = try store.identity(of: model)
            let state =
                switch store.state(of: model) {
                case .absent: "absent"
                case .partial: "partial"
                case .present: "present"
                case .wrong: "wrong"
                }
            lines.append(
                Line(
                    name: model.name, title: model.title, licence: model.licence, origin: model.origin,
                    url: checkpoint.url, bytes: identity.bytes, sha256: identity.sha256, git_blob: checkpoint.gitBlob,
                    hashed_by: checkpoint.hashedBy, needs: model.needs, checkpoint: state,
                    graphs: try places.graphs(of: model.name)?.path,
                    runs_here: ModelRegistry.standard.names.contains(model.name)))
        }
        if json {
            for line in lines { try JSONOutput.write(line) }
            return
        }
        var table = TextTable([
            ("Name", .left), ("Weights", .right), ("Licence", .left), ("State", .left), ("Needs", .left),
        ])
        for line in lines {
            table.add([
                line.name, line.bytes.map(megabytes) ?? (line.url == nil ? "" : "unknown"), line.licence ?? "",
                Self.words(line), line.needs ?? "",
            ])
        }
        print(table.rendered())
    }

    private static func words(_ line: Line) -> String {
        if line.graphs != nil { return "ready" }
        switch line.checkpoint {
        case "present": return "fetched; export it, then import"
        case "partial": return "begun; fetch goes on"
        case "wrong": return "another size; fetch it again"
        default: return "not here"
        }
    }
}

/// `models fetch NAME`.
struct ModelsFetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Download a network's weights, and check that they are the published ones.",
        discussion: """
            Goes on where an earlier download broke off. Behind a proxy set https_proxy (and http_proxy, no_proxy) as for \
            curl. A machine without a network: --by-hand says how to carry the file over.
            """)

    @Argument(help: "The network's name, as `models list` shows it.") var name: String
    @OptionGroup var places: ModelPlaces
    @Flag(help: "Download nothing; say what to do on a machine without a network.") var byHand = false

    func run() throws {
        let model = try CommandFailure.wrapping { try places.catalogue().model(name) }
        let store = try places.checkpoints(), file = store.file(of: model)
        if byHand {
            print(try instructions(model, store))
            return
        }
        let size = model.checkpoint.bytes.map { ", \(megabytes($0))" } ?? ""
        StandardError.write("\(model.title)\(size), licence \(model.licence), from \(model.checkpoint.url)")
        let reporter = ProgressReporter("downloading")
        let outcome: CheckpointStore.Fetched
        do throws(ModelFilesError) {
            outcome = try store.fetch(
                model,
                progress: { progress in
                    reporter.update(
                        fraction: progress.total.map { Double(progress.bytes) / Double(max(1, $0)) },
                        detail: megabytes(progress.bytes))
                })
            reporter.finish()
        } catch {
            reporter.finish()
            if case .offline = error { StandardError.write(try instructions(model, store) + "\n") }
            throw CommandFailure(error.description)
        }
        switch outcome {
        case .already: print("\(file.path) is there already, and is the right file")
        case .verified: print("\(file.path) is fetched, and is the published file")
        case .pinned(let sha256):
            print(
                """
                \(file.path) is fetched. Nobody has published its hash, so this one holds from now on \
                (\(store.folder.appending(path: "fetched.json").path)):
                  SHA-256 \(sha256)
                Compare it with somebody who has the file from elsewhere.
                """)
        }
        if try places.graphs(of: model.name) == nil {
            print(
                """
                Next, in a checkout of Aislewatch:
                  make export MODEL=\(model.name) CHECKPOINT=\(file.path)
                  aislewatch models import models/\(model.name)
                """)
        }
    }

    private func instructions(_ model: PublishedModel, _ store: CheckpointStore) throws -> String {
        let checkpoint = model.checkpoint, identity = try store.identity(of: model), file = store.file(of: model)
        let hash =
            identity.sha256.map { "echo '\($0)  \(checkpoint.file)' | sha256sum --check" }
            ?? identity.gitBlob.map { "git hash-object \(checkpoint.file)    must print \($0)" }
            ?? "sha256sum \(checkpoint.file)    (nobody has published its hash; write it down)"
        return """
            By hand, for a machine without a network:
              1. On a machine with one:
                   curl -L -o \(checkpoint.file) '\(checkpoint.url)'
                   \(hash)
              2. Carry \(checkpoint.file) over, and put it here:
                   \(file.path)
              3. Here:
                   aislewatch models fetch \(model.name)    (finds it, checks it, downloads nothing)
            """
    }
}

/// `models verify [NAME…]`.
struct ModelsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the files of networks by their hashes: weights by the registry, graphs by their manifest.",
        discussion: "Without a name all that is here is checked. Exit status 1 when anything is not what it should be.")

    @Argument(help: "Names of networks, or folders with exported graphs.") var names: [String] = []
    @OptionGroup var places: ModelPlaces

    func run() throws {
        let catalogue = try places.catalogue(), store = try places.checkpoints()
        let all = ModelRegistry.standard.names + catalogue.models.map(\.name)
        var failed = false, checked = 0
        func check(_ path: String, _ body: () throws(ModelFilesError) -> Void) {
            checked += 1
            do throws(ModelFilesError) {
                try body()
                print("ok      \(path)")
            } catch {
                failed = true
                print("wrong   \(error)")
            }
        }
        var seen: Set<String> = []
        for name in names.isEmpty ? all : names where seen.insert(name).inserted {
            let before = checked
            if let model = catalogue.models.first(where: { $0.name == name }), store.state(of: model) != .absent {
                check(store.file(of: model).path) { () throws(ModelFilesError) in
                    if case .partial(let bytes) = store.state(of: model) {
                        throw .wrongSize(
                            path: store.file(of: model).path, expected: model.checkpoint.bytes ?? 0, found: bytes)
                    }
                    try store.identity(of: model).verify(store.file(of: model))
                }
            }
            let folder = name.contains("/") ? URL(filePath: name) : try places.graphs(of: name)
            if let folder {
                check(folder.path) { () throws(ModelFilesError) in try ModelFolder(folder).verify() }
            }
            guard checked == before, !names.isEmpty else { continue }
            failed = true
            print("absent  \(name): " + (all.contains(name) ? "fetch it first" : "there is no such network"))
        }
        if failed { throw CommandFailure() }
    }
}

/// `models import FOLDER`.
struct ModelsImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take over a folder of exported graphs, and switch the configuration to it.",
        discussion: """
            The graphs are checked by their manifest and loaded once; then they are copied, whole or not at all, and \
            model.family and model.directory of the configuration are set, with its comments kept. The running daemon takes \
            the new network at its next start.
            """)

    @Argument(help: "The folder with manifest.json and the graphs.", completion: .directory) var source: String
    @OptionGroup var places: ModelPlaces
    @Flag(help: "Take the place of other files of the same network.") var replace = false
    @Flag(inversion: .prefixedNo, help: "Switch the configuration to it.") var `switch` = true

    func run() async throws {
        try await CommandFailure.wrapping {
            let folder = try ModelFolder(URL(filePath: source).absoluteURL)
            let known = ModelRegistry.standard.names
            guard known.contains(folder.name) else {
                throw CommandFailure(
                    "\(folder.url.path) holds \"\(folder.name)\", which this version does not run; it runs: "
                        + known.joined(separator: ", "))
            }
            try folder.verify()
            let installed = try await folder.install(in: try places.models(), isReplacing: replace) { copy in
                let inference = try InferenceService()
                let family: any SegmentationFamily
                do {
                    family = try await ModelRegistry.standard.load(folder.name, from: copy, inference: inference)
                } catch {
                    await inference.shutdown()
                    throw error
                }
                StandardError.write("network: \(family.name) \(family.details)")
                await inference.shutdown()
            }
            print("\(installed.url.path) holds \(installed.name), \(megabytes(installed.bytes))")
            try await switchConfiguration(to: installed)
        }
    }

    private func switchConfiguration(to folder: ModelFolder) async throws {
        let place = ConfigurationPlace(environment: ProcessInfo.processInfo.environment)
        let file = places.configuration.config.map { URL(filePath: $0) } ?? place.file
        let lines = "model:\n  family: \(folder.name)\n  directory: \(folder.url.path)"
        guard `switch`, FileManager.default.fileExists(atPath: file.path) else {
            print(
                "To run it, put into the configuration\(`switch` ? " (\(file.path) is not there yet)" : ""):\n\(lines)")
            return
        }
        func edit(_ key: String, _ value: String) -> ConfigurationEdit {
            ConfigurationEdit(path: [.key("model"), .key(key)], value: .text(value))
        }
        let change = try await ConfigurationChanges(file: file).apply(
            [edit("family", folder.name), edit("directory", folder.url.path)], by: "models import")
        guard change.isValid else {
            throw CommandFailure(
                "\(file.path) would not be valid: \(change.problems.map(\.message).joined(separator: "; ")); put in yourself:\n"
                    + lines)
        }
        print(change.diff.isEmpty ? "\(file.path) names it already" : change.diff)
        if !change.diff.isEmpty { print("The daemon takes it at its next start: systemctl restart aislewatch") }
    }
}
