import Foundation
import Glibc
import Storage
import TestSupport
import Testing

@testable import App
@testable import Domain

@Suite("The systemd unit", .timeLimit(.minutes(10)))
struct ServiceUnitTests {
    private static let unit = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "systemd/aislewatch.service")
    private static let analyzer = "/usr/bin/systemd-analyze"

    /// The value of a key's only assignment.
    private func value(_ key: String, in text: String) -> String? {
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("\(key)=") }
        return lines.count == 1 ? lines.first.map { String($0.dropFirst(key.count + 1)) } : nil
    }

    @Test("is watched, comes back for ever, and lets OpenVINO compile")
    func settings() throws {
        let text = try String(contentsOf: Self.unit, encoding: .utf8)
        #expect(value("Type", in: text) == "notify" && value("Restart", in: text) == "always")
        #expect(value("StartLimitIntervalSec", in: text) == "0")
        #expect(value("WatchdogSec", in: text).flatMap(Double.init).map { $0 >= 10 } == true)
        #expect(value("TimeoutStopSec", in: text).flatMap(Double.init).map { $0 > 5 } == true)
        #expect(value("StateDirectory", in: text) == "aislewatch" && value("User", in: text) == "aislewatch")
        #expect(value("MemoryMax", in: text) != nil && value("MemoryDenyWriteExecute", in: text) == nil)
    }

    @Test("runs and checks the configuration that the program finds or makes where the unit lets it write")
    func place() throws {
        let text = try String(contentsOf: Self.unit, encoding: .utf8)
        #expect(value("ExecStart", in: text) == "/usr/bin/aislewatch run")
        #expect(value("ExecStartPre", in: text) == "/usr/bin/aislewatch check-config")
        #expect(value("ReadWritePaths", in: text) == ConfigurationPlace.service.deletingLastPathComponent().path)
    }

    @Test(
        "passes systemd-analyze verify",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: analyzer),
            "systemd-analyze is missing: install the package systemd"))
    func verify() throws {
        let directory = try TemporaryDirectory()
        // The program need not be installed here: any executable stands for it.
        let text = try String(contentsOf: Self.unit, encoding: .utf8)
        let unit = directory.file("aislewatch.service")
        try text.replacing("/usr/bin/aislewatch ", with: "/bin/true ").write(
            to: unit, atomically: true, encoding: .utf8)
        let (status, output) = try analyze(["verify", "--man=no", unit.path])
        #expect(status == 0 && output.isEmpty, "\(output)")
        // The check itself must be able to fail.
        try text.replacing("Restart=always", with: "Restrat=always").write(to: unit, atomically: true, encoding: .utf8)
        #expect(try analyze(["verify", "--man=no", unit.path]).output.contains("Restrat"))
    }

    @Test(
        "installed as its head says and confined as it says, the service saves what is set up on the pages, and undoes it",
        .enabled(if: geteuid() == 0 && DaemonProcess.isThere, "mount namespaces and another user need root"))
    func saves() async throws {
        let user = 64_321, text = try String(contentsOf: Self.unit, encoding: .utf8)
        let root = try TemporaryDirectory()
        let state = "/var/lib/" + (try #require(value("StateDirectory", in: text)))
        let configuration = root.url.path + ConfigurationPlace.service.path
        try install(text, in: root.url.path, user: user)
        try shell("install -d -m 750 -o \(user) -g \(user) \(root.url.path)\(state)")
        try shell("install -m 640 -o \(user) -g \(user) /dev/null \(configuration)")

        let stub = try HTTPStub()
        let port = stub.port
        stub.stop()
        // As an editor does: owner and mode stay as they were installed.
        let file = try FileHandle(forWritingTo: URL(filePath: configuration))
        try file.truncate(atOffset: 0)
        try file.write(
            contentsOf: Data(
                """
                cameras: [{id: dock, name: Dock, url: "rtsp://127.0.0.1:9/a"}]
                web: {port: \(port)}
                storage: {directory: \(root.url.path)\(state)}

                """.utf8))
        try file.close()
        let before = try ownership(configuration)

        let daemon = try confined(text, root: root.url.path, state: state, user: user, configuration: configuration)
        await daemon.wait(for: "watching 1 camera")
        let database = root.url.path + state + "/aislewatch.sqlite"
        let store = try await DaemonSite.eventually(withinSeconds: 120, "a database") {
            try? Store(path: database, clock: SystemClock(), createIfMissing: false)
        }
        let client = APIClient(
            port: Int(port), secret: try store.unwatched.addToken(name: "t", role: .admin, by: "test").secret)
        let shown = try await DaemonSite.eventually(withinSeconds: 120, "the pages") {
            try? await client.object("GET", "/configuration")
        }
        #expect(shown["writable"] as? Bool == true, "\(shown["reason"] ?? "")")
        let saved = try await client.object(
            "POST", "/configuration/edits",
            """
            {"edits": [{"op": "set", "path": ["cameras", "dock", "name"], "value": "Tor Süd"},
                {"op": "set", "path": ["cameras", "dock", "username"], "value": "aw"},
                {"op": "set", "path": ["cameras", "dock", "password"], "value": {"secret": "s3cret word"}}]}
            """)
        #expect(saved["saved"] as? Bool == true, "\(saved) \(daemon.text.suffix(2000))")
        #expect(try String(contentsOfFile: configuration, encoding: .utf8).contains("name: Tor Süd"))
        #expect(try ownership(configuration) == before && before == "\(user):\(user) 640")
        #expect(try await client.object("GET", "/cameras/dock")["name"] as? String == "Tor Süd")
        #expect(try await client.object("POST", "/configuration/undo", "{}")["saved"] as? Bool == true)
        #expect(try String(contentsOfFile: configuration, encoding: .utf8).contains("name: Dock"))
        _ = await daemon.terminate()
    }

    /// Runs the head's commands below another root, with a number for the user's name.
    private func install(_ text: String, in root: String, user: Int) throws {
        let commands = text.split(separator: "\n").filter {
            $0.hasPrefix("#   sudo install") && $0.contains("/etc/aislewatch")
        }
        #expect(!commands.isEmpty)
        try shell("mkdir -p \(root)/etc")
        for command in commands {
            let own = command.dropFirst("#   sudo ".count).replacing(" /etc/", with: " \(root)/etc/")
                .replacing("-g aislewatch ", with: "-g \(user) ").replacing("-o aislewatch ", with: "-o \(user) ")
            try shell(own)
        }
    }

    /// The daemon as systemd would run it: another user without any capability, for whom only what the unit opens can be
    /// written.
    private func confined(
        _ text: String, root: String, state: String, user: Int, configuration: String
    ) throws -> DaemonProcess {
        #expect(value("ProtectSystem", in: text) == "strict")
        let open = [state] + (value("ReadWritePaths", in: text) ?? "").split(separator: " ").map(String.init)
        let mounts = open.map { "mount --bind \(root)\($0) \(root)\($0)" }
        let script =
            [
                "set -e", "umask \(value("UMask", in: text) ?? "022")", "mount --make-rprivate /",
                "mount --bind \(root) \(root)",
            ]
            + mounts
            + [
                "mount -o remount,bind,ro \(root)",
                """
                exec setpriv --reuid=\(user) --regid=\(user) --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
                env STATE_DIRECTORY=\(root)\(state) \(DaemonSite.executable.path) run --config \(configuration)
                """,
            ]
        return try DaemonProcess(
            URL(filePath: "/usr/bin/unshare"), ["-m", "/bin/sh", "-c", script.joined(separator: "\n")])
    }

    private func ownership(_ path: String) throws -> String {
        let found = try FileManager.default.attributesOfItem(atPath: path)
        func number(_ key: FileAttributeKey) -> Int { (found[key] as? NSNumber)?.intValue ?? -1 }
        let mode = String(number(.posixPermissions), radix: 8)
        return "\(number(.ownerAccountID)):\(number(.groupOwnerAccountID)) \(mode)"
    }

    private func shell(_ command: some StringProtocol) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", String(command)]
        process.currentDirectoryURL = TestSite.root
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(command)")
    }

    private func analyze(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: Self.analyzer)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
