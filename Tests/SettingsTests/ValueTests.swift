import Alerts
import Foundation
import Testing

@testable import Settings

@Suite("Values of a configuration")
struct ValueTests {
    @Test("the state directory is systemd's, else the user's, and clips lie below it")
    func stateDirectory() throws {
        func directory(_ environment: [String: String]) throws -> String {
            try parse(oneCamera, environment: environment).storage.directory.path
        }
        #expect(try directory(["STATE_DIRECTORY": "/var/lib/a:/var/lib/b", "HOME": "/home/x"]) == "/var/lib/a")
        #expect(try directory(["XDG_STATE_HOME": "/x", "HOME": "/home/x"]) == "/x/aislewatch")
        #expect(try directory(["HOME": "/home/x"]) == "/home/x/.local/state/aislewatch")
        #expect(try directory([:]) == "/var/lib/aislewatch")
        let configured = try parse(oneCamera + "storage: {directory: state}\n")
        #expect(configured.storage.directory.path == "/etc/aislewatch/state")
        #expect(configured.storage.database.path == "/etc/aislewatch/state/aislewatch.sqlite")
        #expect(configured.recording.directory.path == "/etc/aislewatch/state/clips")
        let home = try parse(oneCamera + "recording: {directory: ~/clips}\n", environment: ["HOME": "/home/x"])
        #expect(home.recording.directory.path == "/home/x/clips")
    }

    @Test("a key without a value is as good as no key")
    func emptyValue() throws {
        let configuration = try parse(oneCamera + "recording:\nweb:\n  port:\n  host: ~\n")
        #expect(configuration.web == WebConfiguration() && configuration.recording.preRollSeconds == 10)
    }

    @Test("the network computes as is cheapest on the processor unless a precision is asked for")
    func precision() throws {
        #expect(try parse(oneCamera).model.precision == .auto)
        #expect(try parse(oneCamera).model.prompts == "mobile_sam")
        #expect(try parse(oneCamera + "model: {prompts: same}\n").model.prompts == "same")
        #expect(try parse(oneCamera + "model: {precision: f32}\n").model.precision == .f32)
        #expect(try parse(oneCamera + "model: {precision: bf16}\n").model.precision == .bf16)
    }

    @Test("numbers and words without quotes are texts where a text belongs")
    func plainTexts() throws {
        let configuration = try parse("cameras:\n  - id: 4711\n    name: yes\n    url: http://h/\n")
        #expect(configuration.cameras[0].id.rawValue == "4711" && configuration.cameras[0].name == "yes")
    }

    @Test("a single recipient may stand without a list, and spaces in numbers don't matter")
    func singleRecipient() throws {
        let sid = "AC" + String(repeating: "0", count: 32)
        let configuration = try parse(
            oneCamera + """
                alerts:
                  public_base_url: http://[2001:db8::1]:8080/watch/
                  channels:
                    - {name: sms, type: twilio, account_sid: \(sid), auth_token: x, from: Aislewatch, to: +49 (170) 123-4567, base_url: "http://127.0.0.1:9"}
                """)
        let sms: TwilioChannel.Settings = try #require(configuration.alerts.channels.first?.settings())
        #expect(
            sms.to == ["+491701234567"] && sms.from == "Aislewatch"
                && sms.baseURL?.absoluteString == "http://127.0.0.1:9")
        #expect(configuration.alerts.publicBaseURL?.absoluteString == "http://[2001:db8::1]:8080/watch")
        #expect(configuration.warnings.isEmpty)
    }

    @Test("channels without a public address and unencrypted accounts are warned about")
    func warnings() throws {
        let sid = "AC" + String(repeating: "0", count: 32)
        let configuration = try parse(
            oneCamera + """
                alerts:
                  channels:
                    - {name: sms, type: twilio, account_sid: \(sid), auth_token: x, from: A, to: "+491701234567", base_url: "http://sms.example"}
                """)
        #expect(configuration.warnings.map { "\($0.line):\($0.column)" } == ["5:3", "6:137"])
    }

    @Test("rules keep their own defaults where the file says nothing")
    func rules() throws {
        let configuration = try parse(
            oneCamera
                + "rules:\n  settle_seconds: 2\n  falling_object: {enabled: false, min_drop_metres: 1.5, min_drop_pixels: 30}\n  spill: {min_growth_ratio: 3}\n"
        )
        #expect(configuration.rules.scene.settleSeconds == 2 && configuration.rules.fallingObject.enabled == false)
        #expect(
            configuration.rules.fallingObject.minDrop.metres == 1.5
                && configuration.rules.fallingObject.minDrop.pixels == 30
                && configuration.rules.fallingObject.restSeconds == 0.6)
        #expect(configuration.rules.spill.minGrowthRatio == 3 && configuration.rules.spill.enabled)
    }

    @Test("anchors and aliases work, and an alias bomb costs nothing")
    func aliases() throws {
        let shared = try parse(
            "cameras:\n  - id: a\n    url: http://h/1\n    zones: &z\n      - {name: w, kind: walkway, polygon: [[0, 0], [1, 0], [1, 1]]}\n"
                + "  - id: b\n    url: http://h/2\n    zones: *z\n")
        #expect(shared.cameras[1].zones == shared.cameras[0].zones && shared.cameras[0].zones.count == 1)
        var bomb = "x0: &x0 [a, a]\n"
        for level in 1...40 { bomb += "x\(level): &x\(level) [*x\(level - 1), *x\(level - 1)]\n" }
        #expect(messages(oneCamera + bomb).count == 41)
    }

    @Test(
        "the nearest word is found by spelling, unit or few wrong letters, and none where none is near",
        arguments: [
            ("analysisFPS", "analysis_fps"), ("pre-roll-seconds", "pre_roll_seconds"), ("fps", "analysis_fps"),
            ("prot", "port"), ("nmae", "name"), ("colour", nil), ("", nil), ("x", nil),
        ] as [(String, String?)])
    func nearest(_ text: String, _ expected: String?) {
        #expect(NearestKey.find(text, in: ["analysis_fps", "pre_roll_seconds", "port", "name"]) == expected)
    }

    static let shapes: [String: Double] = ["16:9": 1.7778, "4:3": 1.3333, "1.85:1": 1.85, "1.5": 1.5, "9:16": 0.5625]

    @Test("A picture's shape is two numbers or one", arguments: shapes)
    func shape(text: String, ratio: Double) throws {
        #expect(abs(try #require(DisplayAspect(text)).ratio - ratio) < 0.0001)
    }

    @Test(
        "What is no shape of a picture",
        arguments: ["16:0", "0:9", "-16:9", "16/9", "wide", "16:9:1", ":", "", "100:1", "nan", "inf:1"])
    func noShape(text: String) { #expect(DisplayAspect(text) == nil) }

    @Test("A camera may have a shape of its own")
    func cameraShape() throws {
        let camera = "cameras:\n  - id: dock\n    url: rtsp://h/1\n"
        #expect(try parse(camera + "    display_aspect: 16:9").cameras[0].displayAspect == 16.0 / 9)
        #expect(try parse(camera + "    display_aspect: 1.5").cameras[0].displayAspect == 1.5)
        #expect(try parse(camera).cameras[0].displayAspect == nil)
    }
}
