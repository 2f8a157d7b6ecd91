import Domain
import Foundation
import FoundationNetworking
import Glibc
import Storage
import Synchronization
import TestSupport
import Testing

/// The program as people call it, beside its own daemon: each command is a process.
@Suite("The command line beside a running daemon", .serialized, .timeLimit(.minutes(30)))
struct CommandLineTests {
    private struct Outcome {
        var status: Int32
        var output: String
    }

    private struct Failed: Error, CustomStringConvertible { let description: String }

    private final class Flag: Sendable { let isUp = Mutex(true) }

    /// The daemon with one camera whose rules see nothing: only drills make incidents.
    private final class Site: Sendable {
        let folder: TemporaryDirectory
        let camera: RTSPServer
        /// Refuses what goes to `/strict` until it is told otherwise.
        let receiver: HTTPStub
        let strictness = Flag()
        private let daemon = Mutex<Process?>(nil)
        let port: UInt16

        var config: String { folder.file("site.yaml").path }
        var state: URL { folder.file("state") }

        init() throws {
            folder = try TemporaryDirectory()
            camera = try RTSPServer(streams: ["cam": DaemonSite.sample])
            let strictness = strictness
            receiver = try HTTPStub { request, _ in
                request.target == "/strict" && strictness.isUp.withLock({ $0 }) ? .respond(400) : .respond(200)
            }
            let stub = try HTTPStub()
            port = stub.port
            stub.stop()
            let yaml = """
                cameras: [{id: dock, name: Dock, url: "\(camera.url("cam"))"}]
                rules: {falling_object: {enabled: false}, spill: {enabled: false}, toppled_stack: {enabled: false}}
                recording: {pre_roll_seconds: 2, post_roll_seconds: 2}
                storage: {directory: \(folder.file("state").path)}
                web: {host: 127.0.0.1, port: \(port)}
                site: {name: Hall 7, time_zone: Europe/Berlin}
                alerts:
                  channels:
                    - {name: open, type: webhook, url: "\(receiver.baseURL)/open"}
                    - {name: strict, type: webhook, url: "\(receiver.baseURL)/strict"}
                """
            try Data(yaml.utf8).write(to: URL(filePath: config))
        }

        deinit {
            if let process = daemon.withLock({ $0 }), process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            receiver.stop()
        }

        private func process(_ arguments: [String], output: FileHandle) throws -> Process {
            let process = Process()
            process.executableURL = DaemonSite.executable
            process.arguments = arguments
            process.currentDirectoryURL = TestSite.root
            process.standardOutput = output
            process.standardError = output
            process.standardInput = FileHandle.nullDevice
            try process.run()
            return process
        }

        func start() async throws {
            let log = folder.file("daemon.log")
            try Data().write(to: log)
            let process = try process(["run", "--config", config], output: FileHandle(forWritingTo: log))
            daemon.withLock { $0 = process }
            _ = try await DaemonSite.eventually(withinSeconds: 300, "a daemon whose camera is online") { () -> Bool? in
                guard process.isRunning else {
                    throw Failed(description: (try? String(contentsOf: log, encoding: .utf8)) ?? "no log")
                }
                guard let url = URL(string: "http://127.0.0.1:\(port)/health"),
                    let (data, _) = try? await URLSession.shared.data(from: url),
                    let health = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
                else { return nil }
                return health["status"] as? String == "ok" ? true : nil
            }
        }

        /// As the service manager stops it.
        func stop() -> Int32 {
            guard let process = daemon.withLock({ $0.take() }) else { return -1 }
            process.terminate()
            process.waitUntilExit()
            return process.terminationStatus
        }

        /// Runs a command to its end.
        func run(_ arguments: String...) throws -> Outcome { try outcome(arguments) }

        func outcome(_ arguments: [String]) throws -> Outcome {
            let file = folder.file("output-\(UUID().uuidString)")
            try Data().write(to: file)
            let process = try process(arguments + ["--config", config], output: FileHandle(forWritingTo: file))
            process.waitUntilExit()
            return Outcome(
                status: process.terminationStatus, output: (try? String(contentsOf: file, encoding: .utf8)) ?? "")
        }

        /// Runs a command that must succeed.
        func good(_ arguments: String...) throws -> String {
            let outcome = try outcome(arguments)
            guard outcome.status == 0 else {
                throw Failed(description: "\(arguments): status \(outcome.status): \(outcome.output)")
            }
            return outcome.output
        }

        func store() throws -> Store {
            try Store(path: state.appending(path: "aislewatch.sqlite").path, clock: SystemClock())
        }
    }

    @Test("drill, alerts, acknowledge, snooze, export, backup, check and restore do what they say")
    func everyDay() async throws {
        let site = try Site()
        try await site.start()

        // One channel takes the drill, one refuses it for good: the command says so and fails.
        let drill = try site.run("drill", "dock", "--timeout", "300")
        #expect(drill.status == 1 && drill.output.contains("strict, incident: dead"), "\(drill.output)")
        #expect(drill.output.contains("open, incident: sent"))
        #expect(try site.run("drill", "nowhere").status == 1)
        let store = try site.store()
        let incident = try #require(try store.unwatched.incidents().first)
        let clip = try await DaemonSite.eventually(withinSeconds: 300, "the drill's clip") {
            try store.unwatched.clips(of: incident.id).first { $0.state == .finished }
        }
        #expect(site.receiver.requests.contains { $0.target == "/open" && $0.body.contains("TEST") })

        try alerts(site, store)
        try await retry(site, store)

        let backup = try site.good("backup", "--to", site.folder.file("backups").path)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(FileManager.default.fileExists(atPath: backup + "/MANIFEST.json"))

        #expect(try site.good("acknowledge", incident.id.rawValue, "--by", "ann").contains("Acknowledged by ann"))
        #expect(try site.good("acknowledge", incident.id.rawValue).contains("before, by ann"))
        #expect(try site.run("acknowledge", "01nothing").status == 1)
        #expect(try store.unwatched.acknowledgement(of: incident.id)?.by == "ann")
        try snooze(site, store)
        try export(site, incident)

        // Beside the daemon a look is allowed, a repair and a restore are not.
        #expect(try site.good("check").contains("a daemon is running"))
        let refused = try site.run("check", "--repair")
        #expect(refused.status == 1 && refused.output.contains("error:"))
        #expect(try site.run("restore", backup).status == 1)
        #expect(site.stop() == 0)

        try repair(site, clip)
        #expect(try site.good("restore", backup).contains("restored:"))
        #expect(try site.store().unwatched.acknowledgement(of: incident.id) == nil)
        #expect(try site.good("check").contains("0 problems"))
    }

    private func alerts(_ site: Site, _ store: Store) throws {
        let list = try site.good("alerts", "list")
        #expect(list.contains("open") && list.contains("strict") && list.contains("dead"))
        #expect(!list.contains("/i/"), "a link opens the page without a password")
        #expect(try site.good("alerts", "list", "--state", "dead", "--json").contains(#""state":"dead""#))
        #expect(try site.good("alerts", "test", "open").contains("open: taken"))
        #expect(try site.run("alerts", "test", "strict").status == 1)
        let unknown = try site.run("alerts", "test", "fax")
        #expect(unknown.status == 1 && unknown.output.contains("channels: open, strict"))
    }

    private func retry(_ site: Site, _ store: Store) async throws {
        let dead = try store.unwatched.messages(in: .dead)
        try #require(dead.count == 1)
        site.strictness.isUp.withLock { $0 = false }
        #expect(try site.good("alerts", "retry", "--dead").contains("1 message will be tried again"))
        _ = try await DaemonSite.eventually(withinSeconds: 300, "the daemon to send it") {
            try store.unwatched.message(dead[0].id)?.state == .sent ? true : nil
        }
        let keys = site.receiver.requests.filter { $0.target == "/strict" && $0.body.contains("\"incident\"") }
            .compactMap { $0.headers["idempotency-key"] }
        #expect(keys.filter { $0 == dead[0].idempotencyKey }.count == 2)
        #expect(try site.run("alerts", "retry", "\(dead[0].id)").status == 1)
    }

    private func snooze(_ site: Site, _ store: Store) throws {
        #expect(try site.good("snooze", "--camera", "dock", "--minutes", "30").contains("Snooze 1, until"))
        #expect(try site.good("snooze", "--list").contains("dock"))
        #expect(try store.unwatched.snoozes(at: Date()).count == 1)
        #expect(try site.good("snooze", "--end", "1").contains("over"))
        #expect(try store.unwatched.snoozes(at: Date()).isEmpty)
        #expect(try site.run("snooze", "--end", "1").status == 1)
        #expect(try site.run("snooze", "--camera", "dock").status != 0)
        // What can't be meant is refused, and nothing is written.
        for wrong in [
            ["--camera", "nosuch", "--minutes", "5"], ["--camera", "dock", "--zone", "nosuch", "--minutes", "5"],
            ["--kind", "nosuch", "--minutes", "5"], ["--minutes", "nan"], ["--minutes", "-5"],
            ["--list", "--minutes", "5"], ["--end", "1", "--camera", "dock"],
        ] {
            let outcome = try site.outcome(["snooze"] + wrong)
            #expect(outcome.status != 0, "\(wrong)")
        }
        #expect(try site.run("snooze", "--camera", "nosuch", "--hours", "1").output.contains("cameras: dock"))
        #expect(try store.unwatched.snoozes(at: Date()).isEmpty)
        #expect(try site.run("incidents", "list", "--camera", "nosuch").output.contains("there is no camera nosuch"))
    }

    private func export(_ site: Site, _ incident: Incident) throws {
        let zip = site.folder.file("incident.zip").path
        _ = try site.good("export", "incident", incident.id.rawValue, "--out", zip)
        #expect(try Data(contentsOf: URL(filePath: zip)).prefix(2) == Data("PK".utf8))
        #expect(try site.run("export", "incident", incident.id.rawValue, "--out", zip).status == 1)
        let page = site.folder.file("day.html").path
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let day = calendar.dateComponents([.year, .month, .day], from: incident.startDate)
        let text = String(format: "%04d-%02d-%02d", day.year ?? 0, day.month ?? 0, day.day ?? 0)
        #expect(try site.good("export", "day", text, "--out", page).contains("1 incident in"))
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("Hall 7"))
        #expect(try site.run("export", "day", "yesterday", "--out", page + "2").status != 0)
        #expect(try site.run("export", "day", "2026-02-31", "--out", page + "2").status != 0)
    }

    private func repair(_ site: Site, _ clip: Clip) throws {
        #expect(try site.good("check").contains("0 problems"))
        let clips = site.state.appending(path: "clips")
        let poster = clips.appending(path: clip.posterPath), stranger = clips.appending(path: "holiday.mp4")
        try FileManager.default.removeItem(at: poster)
        try Data("mine".utf8).write(to: stranger)
        let look = try site.run("check")
        #expect(look.status == 1 && look.output.contains("missing_poster") && look.output.contains("unknown_file"))
        let dry = try site.run("check", "--repair", "--dry-run")
        #expect(dry.status == 1 && dry.output.contains("would be repaired"))
        #expect(!FileManager.default.fileExists(atPath: poster.path))
        #expect(try site.good("check", "--repair").contains("[repaired]"))
        #expect(FileManager.default.fileExists(atPath: poster.path))
        #expect(FileManager.default.fileExists(atPath: stranger.path))
        #expect(try site.good("check", "--json").contains(#""unknown_file""#))
    }
}
