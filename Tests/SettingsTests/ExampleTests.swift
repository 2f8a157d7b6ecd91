import Alerts
import Domain
import Foundation
import Testing
import Yams

@testable import Settings

@Suite("The examples in configs/")
struct ExampleTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "configs")

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    @Test("minimal.yaml is one camera and the defaults")
    func minimal() throws {
        let path = Self.folder.appending(path: "minimal.yaml").path
        let configuration = try AislewatchConfiguration.load(path: path, environment: [:], known: known)
        var expected = AislewatchConfiguration()
        expected.cameras = configuration.cameras
        #expect(configuration == expected)
        #expect(configuration.cameras.map(\.id.rawValue) == ["dock"] && configuration.cameras[0].name == "dock")
        #expect(configuration.cameras[0].zones.isEmpty && configuration.cameras[0].analysisFPS == 5)
    }

    @Test("eval.yaml needs no camera, warms up in at most 3 s, and tells what was left or taken after 3 s")
    func eval() throws {
        let path = Self.folder.appending(path: "eval.yaml").path
        let configuration = try AislewatchConfiguration.load(
            path: path, environment: [:], known: known)
        #expect(configuration.analysis.warmUpSeconds <= 3)
        var expected = AislewatchConfiguration()
        expected.analysis = configuration.analysis
        expected.rules.objectLeft.staySeconds = 3
        expected.rules.objectRemoved.staySeconds = 3
        expected.rules.objectRemoved.minStoodSeconds = 2.5
        #expect(configuration == expected)
    }

    /// The commented example with a token file that exists here.
    private func example(_ change: (String) -> String = { $0 }) throws -> AislewatchConfiguration {
        let token = FileManager.default.temporaryDirectory.appending(path: "aislewatch-token-\(UUID().uuidString)")
        try Data("t0ken\n".utf8).write(to: token)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token.path)
        defer { try? FileManager.default.removeItem(at: token) }
        let environment = [
            "AISLE_4_PASSWORD": "cam", "TWILIO_ACCOUNT_SID": "AC" + String(repeating: "0a", count: 16),
            "CONTROL_ROOM_TOKEN": "room", "MAIL_PASSWORD": "m", "MQTT_PASSWORD": "q", "SLACK_PATH": "T/B/x",
            "TEAMS_PATH": "x", "TELEGRAM_TOKEN": "12:x", "NTFY_TOKEN": "n",
        ]
        let text = change(try text("aislewatch.yaml")).replacing("/etc/aislewatch/twilio-token", with: token.path)
        return try parse(text, environment: environment)
    }

    @Test("aislewatch.yaml is read whole")
    func full() throws {
        let configuration = try example()
        #expect(configuration.warnings.isEmpty)
        #expect(
            configuration.site.timeZone.identifier == "Europe/Berlin" && configuration.site.name == "Warehouse North")
        let camera = configuration.cameras[0]
        #expect(camera.name == "Aisle 4 cam" && camera.password?.reveal() == "cam" && camera.pictureHeightMetres == 7.2)
        #expect(camera.analysisURL?.reveal() == "rtsp://192.0.2.11:554/Streaming/Channels/102")
        #expect(camera.zones.map(\.kind) == [.walkway, .rack, .ignore])
        #expect(camera.zones[1].polygon.points[1] == Point(x: 1, y: 0.05))
        let sms: TwilioChannel.Settings = try #require(configuration.alerts.channels[0].settings())
        let hook: WebhookChannel.Settings = try #require(configuration.alerts.channels[1].settings())
        #expect(sms.to == ["+12025550142", "+12025550143"] && sms.authToken?.reveal() == "t0ken")
        #expect(sms.baseURL?.absoluteString == "https://api.twilio.com")
        #expect(hook.headers["Authorization"]?.reveal() == "Bearer room")
        #expect(configuration.alerts.publicBaseURL?.absoluteString == "https://aislewatch.example.com")
        #expect(configuration.alerts.channels.count == 9)
        let routes = configuration.alerts.routes
        #expect(routes.map(\.channels) == [["control-room"], ["shift-leader"]])
        #expect(routes[1].cameras == [camera.id] && routes[1].kinds == [.fallingObject, .spill])
        #expect(routes[1].minSeverity == .medium && routes[1].zones == ["main walkway", "rack 4B"])
        #expect(routes[1].shift == Shift(weekdays: [1, 2, 3, 4, 5], fromMinute: 360, toMinute: 1320))
        #expect(
            routes[1].escalate.map(\.afterMinutes) == [5, 15, 60]
                && routes[1].escalate[0].channels == ["office", "phones"])
        #expect(routes[1].escalate.map(\.unless) == [.acknowledged, .onTheWay, .cleared])
        let playbook = try #require(configuration.alerts.playbooks.first)
        #expect(playbook.name == "Spill" && playbook.kinds == [.spill] && playbook.minSeverity == .medium)
        #expect(playbook.steps.map(\.needs) == ["two cones", nil, nil])
        #expect(playbook.contacts == [.init(name: "Shift lead", phone: "+49 170 1234567", note: "at night, too")])
        #expect(configuration.alerts.operations.allWellMinute == 420)
    }

    @Test("aislewatch.yaml shows the defaults where it doesn't say otherwise")
    func defaults() throws {
        let configuration = try example()
        let defaults = AislewatchConfiguration(environment: ["STATE_DIRECTORY": "/var/lib/aislewatch"])
        #expect(configuration.analysis == defaults.analysis)
        // What is kept how long is the site's: the example says more than the defaults.
        var recording = configuration.recording
        recording.isFallbackGiven = false
        recording.retention = defaults.recording.retention
        #expect(recording == defaults.recording)
        #expect(configuration.web == defaults.web && configuration.storage == defaults.storage)
        #expect(configuration.model == defaults.model)
        #expect(configuration.alerts.coolDownSeconds == defaults.alerts.coolDownSeconds)
        #expect(configuration.alerts.linkDays == defaults.alerts.linkDays)
    }

    @Test("aislewatch.yaml names every key there is")
    func complete() throws {
        // Each section's own message lists its keys: ask by a key that can't exist.
        let text = try text("aislewatch.yaml")
        let written = Set(
            text.split(separator: "\n").compactMap { line -> String? in
                let line = line.drop { " #-".contains($0) }
                guard let colon = line.firstIndex(of: ":") else { return nil }
                return String(line[..<colon])
            })
        let sections = [
            "site", "cameras", "analysis", "rules", "falling_object", "spill", "toppled_stack", "object_left",
            "object_removed", "marked_object_moved", "near_miss", "person_down", "camera_tampered", "merge",
            "recording", "alerts", "channels", "routes", "operations", "web", "storage", "model", "zones",
        ]
        var asked: Set<String> = []
        do {
            _ = try example { text in
                var lines: [String] = []
                for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
                    lines.append(line)
                    let indent = line.prefix { $0 == " " }.count
                    let content = line.dropFirst(indent)
                    if sections.contains(where: { content == "\($0):" }),
                        !["cameras:", "channels:", "routes:", "zones:"].contains(content)
                    {
                        lines.append(String(repeating: " ", count: indent + 2) + "zzzz: 1")
                    } else if content.hasPrefix("id: "), indent == 4 || content == "id: dock" {
                        lines.append("    zzzz: 1")
                    } else if content.hasPrefix("type: ") {
                        lines.append("      zzzz: 1")
                    } else if content.hasPrefix("zones: [main") {
                        lines.append("      zzzz: 1")
                    } else if content.hasPrefix("- after_minutes: ") {
                        lines.append("          zzzz: 1")
                    } else if content.hasPrefix("kind: ") {
                        lines.append("        zzzz: 1")
                    }
                }
                return lines.joined(separator: "\n") + "\nzzzz: 1\n"
            }
            Issue.record("unknown keys were accepted")
        } catch let errors as ConfigurationErrors {
            for problem in errors.problems {
                #expect(problem.found.hasPrefix("unknown key \"zzzz\""), "\(problem)")
                let keys = problem.allowed.dropFirst("allowed: ".count).split(separator: ", ").map(String.init)
                asked.formUnion(keys)
            }
            #expect(errors.problems.count >= 18)
        }
        #expect(asked.subtracting(written) == [])
    }

    @Test("all keys of the example are described for forms, numbers with their bounds and defaults")
    func described() throws {
        let description = AislewatchConfiguration.description(known)
        let byPath = Dictionary(description.settings.map { ($0.path, $0) }) { first, _ in first }
        var missing: Set<String> = []
        func walk(_ node: Node, _ path: String) {
            switch node {
            case .mapping(let mapping):
                for (key, value) in mapping {
                    let name = path.isEmpty ? key.string ?? "" : "\(path).\(key.string ?? "")"
                    if byPath[name] == nil { missing.insert(name) }
                    walk(value, name)
                }
            case .sequence(let items): for item in items where item.mapping != nil { walk(item, path + "[]") }
            default: break
            }
        }
        walk(try #require(try Yams.compose(yaml: try text("aislewatch.yaml"))), "")
        missing = missing.filter { !$0.hasPrefix("alerts.channels[].") }
        #expect(missing.isEmpty, "\(missing.sorted())")
        let days = try #require(byPath["recording.retention.keep_days"])
        #expect(days.form == .number && days.minimum == 0 && days.maximum == 36_500 && days.usual == .number(30))
        #expect(byPath["alerts.routes[].shift.from"]?.form == .time)
        #expect(byPath["rules.schedules.*[].to"]?.form == .time)
        #expect(byPath["alerts.routes[].escalate[].channels"]?.of == "channel names")
        #expect(byPath["cameras[].recording_priority"]?.words?.contains("low") == true)
        let mail = try #require(description.channels.first { $0.type == "mail" })
        #expect(mail.keys.map(\.setting.path).contains("password"))
        #expect(mail.keys.first { $0.setting.path == "security" }?.setting.words == ["starttls", "tls", "none"])
        #expect(mail.keys.first { $0.setting.path == "password" }?.setting.form == .secret)
    }
}
