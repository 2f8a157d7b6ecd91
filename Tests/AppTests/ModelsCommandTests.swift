import Crypto
import Domain
import Foundation
import TestSupport
import Testing

/// `aislewatch models` as people call it, against a server that plays the proxy and the authors' one.
@Suite("The models command", .timeLimit(.minutes(5)))
struct ModelsCommandTests {
    private let folder: TemporaryDirectory
    private let weights = Data((0..<60_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })

    init() throws { folder = try TemporaryDirectory() }

    private var models: URL { folder.file("models") }
    private var config: URL { folder.file("aislewatch.yaml") }

    private func writeRegistry(_ url: String) throws {
        let hash = SHA256.hash(data: weights).hexadecimal
        let text = """
            models:
              - {name: tiny, title: Tiny, licence: MIT, origin: "https://example.org", needs: nothing, checkpoint:
                  {file: tiny.pt, url: "\(url)", bytes: \(weights.count), sha256: \(hash)}}
            """
        try Data(text.utf8).write(to: folder.file("registry.yaml"))
    }

    private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> (
        status: Int32, output: String
    ) {
        let process = Process(), output = folder.file("output-\(UUID().uuidString)")
        try Data().write(to: output)
        let handle = try FileHandle(forWritingTo: output)
        process.executableURL = DaemonSite.executable
        process.arguments = ["models"] + arguments + ["--folder", models.path, "--config", config.path]
        process.currentDirectoryURL = TestSite.root
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: output, encoding: .utf8))
    }

    private func writeConfig() throws {
        let text = """
            # Our hall.
            cameras: []
            # Nobody else knows why:
            model:
              precision: f32  # the same on every machine
            storage: {directory: "\(folder.file("state").path)"}

            """
        try Data(text.utf8).write(to: config)
    }

    @Test("weights come through a proxy, are listed and verified, and are not fetched again")
    func proxy() throws {
        try writeConfig()
        let body = weights
        let stub = try HTTPStub { _, _ in
            .raw(Data("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
        }
        defer { stub.stop() }
        try writeRegistry("http://models.invalid/tiny.pt")
        let registry = ["--registry", folder.file("registry.yaml").path]
        let environment = ["http_proxy": stub.baseURL, "no_proxy": ""]
        let fetched = try run(["fetch", "tiny"] + registry, environment)
        #expect(fetched.status == 0, "\(fetched.output)")
        #expect(fetched.output.contains("is the published file") && fetched.output.contains("make export MODEL=tiny"))
        // A proxy is asked for the whole address.
        #expect(stub.requests.map(\.target) == ["http://models.invalid/tiny.pt"])
        #expect(try Data(contentsOf: models.appending(path: "checkpoints/tiny.pt")) == weights)

        #expect(try run(["fetch", "tiny"] + registry).output.contains("is there already"))
        let list = try run(["list"] + registry)
        #expect(list.status == 0 && list.output.contains("fetched; export it, then import"), "\(list.output)")
        let verified = try run(["verify"] + registry)
        #expect(verified.status == 0 && verified.output.contains("checkpoints/tiny.pt"), "\(verified.output)")
        #expect(stub.requests.count == 1)

        try weights.dropLast().write(to: models.appending(path: "checkpoints/tiny.pt"))
        let wrong = try run(["verify", "tiny"] + registry)
        #expect(wrong.status == 1 && wrong.output.contains("59999 bytes instead of 60000"), "\(wrong.output)")
    }

    @Test("without a network it says what to do by hand")
    func offline() throws {
        try writeConfig()
        let stub = try HTTPStub()
        try writeRegistry("\(stub.baseURL)/tiny.pt")
        stub.stop()
        let registry = ["--registry", folder.file("registry.yaml").path]
        let fetched = try run(["fetch", "tiny"] + registry)
        let file = models.appending(path: "checkpoints/tiny.pt").path
        #expect(fetched.status == 1)
        for words in ["curl -L -o tiny.pt", "sha256sum --check", file, "error: 127.0.0.1 can't be reached"] {
            #expect(fetched.output.contains(words), "\(fetched.output)")
        }
        #expect(try run(["fetch", "tiny", "--by-hand"] + registry).status == 0)
        #expect(try run(["fetch", "huge"] + registry).output.contains("there are: tiny"))
    }

    @Test("exported graphs are checked, copied and named by the configuration, whose comments stay")
    func imported() throws {
        try writeConfig()
        let bundled = TestSite.root.appending(path: "models/compact")
        let done = try run(["import", bundled.path])
        #expect(done.status == 0, "\(done.output)")
        let text = try String(contentsOf: config, encoding: .utf8)
        let place = models.appending(path: "compact").path
        #expect(text.contains("family: compact") && text.contains("directory: \"\(place)\""), "\(text)")
        for comment in ["# Our hall.", "# Nobody else knows why:", "# the same on every machine"] {
            #expect(text.contains(comment), "\(text)")
        }
        #expect(try run(["import", bundled.path]).output.contains("names it already"))
        #expect(try run(["verify", "compact"]).output.contains("ok      \(place)"))

        // A graph that is another one than its manifest says is not taken, and nothing changes.
        let broken = folder.file("broken")
        try FileManager.default.copyItem(at: bundled, to: broken)
        let graph = broken.appending(path: "mask_decoder.onnx")
        try Data(contentsOf: graph).dropLast(10).write(to: graph)
        let refused = try run(["import", broken.path, "--replace"])
        #expect(refused.status == 1 && refused.output.contains("mask_decoder.onnx"), "\(refused.output)")
        #expect(try String(contentsOf: config, encoding: .utf8) == text)
    }

    @Test("a network that this version does not run is not taken")
    func foreign() throws {
        try writeConfig()
        let foreign = folder.file("foreign")
        try FileManager.default.createDirectory(at: foreign, withIntermediateDirectories: true)
        let hash = SHA256.hash(data: Data("x".utf8)).hexadecimal
        try Data("x".utf8).write(to: foreign.appending(path: "x.onnx"))
        try Data(#"{"name": "marvel", "graphs": {"x": {"file": "x.onnx", "bytes": 1, "sha256": "\#(hash)"}}}"#.utf8)
            .write(to: foreign.appending(path: "manifest.json"))
        let outcome = try run(["import", foreign.path])
        #expect(outcome.status == 1 && outcome.output.contains("it runs: compact"), "\(outcome.output)")
    }
}
