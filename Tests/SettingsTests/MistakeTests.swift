import Testing

@testable import Settings

/// A mistake and the message it must give. The text is put below one good camera unless it begins with `cameras:`.
struct Mistake: Sendable, CustomTestStringConvertible {
    var text: String
    var message: String

    var testDescription: String { String(text.split(separator: "\n").last ?? "") }

    init(_ text: String, _ message: String) {
        self.text = text
        self.message = message
    }
}

private let cameraID = "1 to 64 characters of a-z, 0-9, - and _, beginning with a letter or digit"

@Suite("Mistakes in a configuration")
struct MistakeTests {
    static let mistakes: [Mistake] = [
        // Unknown keys
        Mistake(
            "recroding:\n  audio: true",
            "4:1: unknown key \"recroding\" at the top; allowed: alerts, analysis, cameras, model, recording, rules, second_look, site, "
                + "storage, web; did you mean \"recording\"?"),
        Mistake(
            "recording:\n  preRollSeconds: 5",
            "5:3: unknown key \"preRollSeconds\" in recording; allowed: audio, directory, fallback_directory, max_clip_seconds, "
                + "post_roll_seconds, pre_roll_seconds, retention, ring_max_megabytes; did you mean \"pre_roll_seconds\"?"
        ),
        Mistake(
            "recording:\n  pre_roll: 5",
            "5:3: unknown key \"pre_roll\" in recording; allowed: audio, directory, fallback_directory, max_clip_seconds, "
                + "post_roll_seconds, pre_roll_seconds, retention, ring_max_megabytes; did you mean \"pre_roll_seconds\"?"
        ),
        Mistake(
            "web:\n  pre_roll_seconds: 5",
            "5:3: unknown key \"pre_roll_seconds\" in web; allowed: host, new_accounts, openid, port, second_factor, sign_in_header, tls_certificate, tls_key, trusted_proxies; did you mean \"recording.pre_roll_seconds\"?"
        ),
        Mistake(
            "web:\n  exec: reboot",
            "5:3: unknown key \"exec\" in web; allowed: host, new_accounts, openid, port, second_factor, sign_in_header, tls_certificate, tls_key, trusted_proxies"
        ),
        Mistake(
            "rules:\n  spill:\n    min_area: 0.1",
            "6:5: unknown key \"min_area\" in rules.spill; allowed: alarms_per_hour, during, enabled, end_after_seconds, max_area_fraction, "
                + "max_height_to_width, max_moving_fraction, max_texture_ratio, min_area_fraction, min_area_pixels, min_area_square_metres, "
                + "min_containment, min_grown_fraction, min_grown_pixels, min_grown_square_metres, min_growth_ratio, min_growth_seconds, min_luma_change, severity, shadow_stay_seconds, "
                + "shadow_texture_similarity; did you mean \"min_area_fraction\"?"),
        Mistake(
            "rules:\n  falling_object:\n    min_drop_pixels: 0",
            "6:22: rules.falling_object.min_drop_pixels is 0; allowed: a number from 1 to 10000 (pixels)"),
        Mistake(
            "rules:\n  spill:\n    min_grown_square_metres: 5 cm",
            "6:30: rules.spill.min_grown_square_metres is 5 cm; allowed: a number from 0 to 1000 (m²)"),
        // Wrong types
        Mistake(
            "recording:\n  pre_roll_seconds: 10s",
            "5:21: recording.pre_roll_seconds is 10s; allowed: a number from 0 to 300 (seconds)"),
        Mistake(
            "recording:\n  pre_roll_seconds: \"10\"",
            "5:21: recording.pre_roll_seconds is the text \"10\"; allowed: a number from 0 to 300 (seconds)"),
        Mistake(
            "recording:\n  pre_roll_seconds: [10]",
            "5:21: recording.pre_roll_seconds is a list; allowed: a number from 0 to 300 (seconds)"),
        Mistake("recording:\n  audio: maybe", "5:10: recording.audio is maybe; allowed: true or false"),
        Mistake(
            "recording: 10", "4:12: recording is a single value; write keys with values below it, as \"key: value\""),
        Mistake("web:\n  port: 80.5", "5:9: web.port is 80.5; allowed: a whole number from 1 to 65535"),
        Mistake(
            "cameras:\n  id: dock",
            "2:3: cameras is a section with keys; allowed: a list of cameras, each after a \"- \""),
        // Impossible values
        Mistake(
            "recording:\n  post_roll_seconds: -1",
            "5:22: recording.post_roll_seconds is -1; allowed: a number from 0 to 300 (seconds)"),
        Mistake(
            "recording:\n  post_roll_seconds: .inf",
            "5:22: recording.post_roll_seconds is .inf; allowed: a number from 0 to 300 (seconds)"),
        Mistake(
            "analysis:\n  fps: 0",
            "5:8: analysis.fps is 0; allowed: a number from 0.5 to 60 (frames a second)"),
        Mistake(
            "cameras:\n  - id: dock\n    url: rtsp://h/1\n    analysis_fps: 61",
            "4:19: cameras[0].analysis_fps is 61; allowed: a number from 0.5 to 60 (frames a second)"),
        Mistake(
            "cameras:\n  - id: dock\n    url: rtsp://h/1\n    display_aspect: \"16:0\"",
            "4:21: cameras[0].display_aspect is \"16:0\"; allowed: a shape as in \"16:9\", from 0.2 to 5 times as wide as high"
        ),
        Mistake(
            "recording:\n  max_clip_seconds: 15",
            "5:21: recording.max_clip_seconds is shorter than pre-roll and post-roll together; allowed: more than "
                + "pre_roll_seconds + post_roll_seconds"),
        Mistake("web:\n  port: 0", "5:9: web.port is 0; allowed: a whole number from 1 to 65535"),
        Mistake(
            "web:\n  host: http://0.0.0.0",
            "5:9: web.host is \"http://0.0.0.0\"; allowed: an IP address or a host name, without http:// and without a port"
        ),
        Mistake(
            "model:\n  device: cpu",
            "5:11: model.device is \"cpu\"; allowed: CPU, GPU, NPU, AUTO; did you mean \"CPU\"?"),
        Mistake(
            "model:\n  precision: fp16",
            "5:14: model.precision is \"fp16\"; allowed: auto, f32, bf16"),
        Mistake(
            "site:\n  time_zone: Europe/Berln",
            "5:14: site.time_zone is \"Europe/Berln\"; allowed: UTC or an IANA name such as Europe/Berlin; did you mean "
                + "\"Europe/Berlin\"?"),
        Mistake(
            "site:\n  time_zone: CET5",
            "5:14: site.time_zone is \"CET5\"; allowed: UTC or an IANA name such as Europe/Berlin"),
        // Cameras
        Mistake("cameras:\n  - id: dock", "2:5: cameras[0] has no \"url\"; needed: its stream, as in rtsp://host/path"),
        Mistake(
            "cameras:\n  - id: Aisle 4\n    url: rtsp://h/1",
            "2:9: cameras[0].id is \"Aisle 4\"; allowed: \(cameraID); did you mean \"aisle-4\"?"),
        Mistake(
            "cameras:\n  - id: a\n    url: rtsp://h/1\n  - id: a\n    url: rtsp://h/2",
            "4:9: cameras[1].id is \"a\" a second time; allowed: an id that no other camera has"),
        Mistake(
            "cameras:\n  - id: a\n    url: file:///etc/passwd",
            "3:10: cameras[0].url is the scheme \"file\"; allowed: rtsp://host/path, rtsps://…, http://… or https://…; "
                + "for a file use \"aislewatch watch FILE\""),
        Mistake(
            "cameras:\n  - id: a\n    url: exec://reboot",
            "3:10: cameras[0].url is the scheme \"exec\"; allowed: rtsp://host/path, rtsps://…, http://… or https://…"),
        Mistake(
            "cameras:\n  - id: a\n    url: 192.0.2.1/stream",
            "3:10: cameras[0].url is an address without a scheme; allowed: rtsp://host/path, rtsps://…, http://… or https://…"
        ),
        Mistake(
            "cameras:\n  - id: a\n    url: rtsp://u:pa/ss@h/1",
            "3:10: cameras[0].url is a port that is not a number from 1 to 65535; allowed: rtsp://host/path, rtsps://…, "
                + "http://… or https://…; a password with special characters belongs under \"password\""),
        Mistake(
            "cameras:\n  - id: a\n    url: rtsp://u:one@h/1\n    username: other",
            "3:10: cameras[0].url is an address with another user name or password than the camera's; allowed: "
                + "credentials in one place: \"username\" and \"password\", or the address of \"url\""),
        Mistake(
            "cameras:\n  - id: a\n    url: rtsp://h/1\n    password: x",
            "2:5: cameras[0] has no \"username\"; needed beside a password"),
        // Zones
        Mistake(
            "cameras:\n  - id: a\n    url: rtsp://h/1\n    zones:\n      - {name: w, kind: walkway, polygon: [[0, 0], [1, 1]]}",
            "5:43: cameras[0].zones[0].polygon is a list of 2 points; allowed: at least 3 points [x, y] in fractions of the "
                + "picture, each from 0 to 1"),
        Mistake(
            "cameras:\n  - id: a\n    url: rtsp://h/1\n    zones:\n      - {name: w, kind: rack, polygon: [[0, 0], [640, 0], [1, 1]]}",
            "5:49: cameras[0].zones[0].polygon[1] is [640, 0]; allowed: [x, y], each from 0 to 1: fractions of the "
                + "picture's width and height; divide pixels by the picture's width and height"),
        Mistake(
            "cameras:\n  - id: a\n    url: rtsp://h/1\n    zones:\n      - {name: w, kind: rack, polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]}",
            "5:40: cameras[0].zones[0].polygon is an outline that crosses itself or encloses nothing; allowed: points in "
                + "their order around the zone"),
        Mistake(
            "cameras:\n  - id: a\n    url: rtsp://h/1\n    zones:\n      - {name: w, kind: walkaway, polygon: [[0, 0], [1, 1], [1, 0]]}",
            "5:25: cameras[0].zones[0].kind is \"walkaway\"; allowed: floor, walkway, storage, rack, ignore; did you mean "
                + "\"walkway\"?"),
        // Alerts
        Mistake(
            "alerts:\n  channels:\n    - {name: a, type: webhook, url: \"ftp://h/\"}",
            "6:37: alerts.channels[0].url is the scheme \"ftp\"; allowed: http://host/… or https://host/…"),
        Mistake(
            "alerts:\n  channels:\n    - {name: a, type: webhok, url: \"http://h/\"}",
            "6:23: alerts.channels[0].type is \"webhok\"; allowed: twilio, webhook, mail, mqtt, slack, teams, telegram, ntfy, push; did you mean \"webhook\"?"
        ),
        Mistake(
            "alerts:\n  channels:\n    - {name: a, type: webhook, url: \"http://h/\"}\n  routes:\n    - channels: [b, aa]",
            "8:18: alerts.routes[0].channels names \"b\"; allowed: a; did you mean \"a\"?"),
        Mistake(
            "alerts:\n  channels:\n    - {name: a, type: webhook, url: \"http://h/\"}\n  routes:\n    - {channels: [a], cameras: [dokc]}",
            "8:33: alerts.routes[0].cameras names \"dokc\"; allowed: dock; did you mean \"dock\"?"),
        Mistake(
            "alerts:\n  channels:\n    - {name: a, type: webhook, url: \"http://h/\"}\n    - {name: a, type: webhook, url: \"http://h/\"}",
            "7:14: alerts.channels[1].name is \"a\" a second time; allowed: a name that no other channel has"),
        Mistake(
            "alerts:\n  channels:\n    - {name: a, type: webhook, url: \"http://h/\", headers: {Content-Length: 5}}",
            "6:60: \"Content-Length\" in alerts.channels[0].headers; allowed: header names of letters, digits and -, but not "
                + "host, content-length, content-type, transfer-encoding, connection"),
        Mistake(
            "alerts:\n  public_base_url: https://h/?a=1",
            "5:20: alerts.public_base_url is an address with \"?\" or \"#\"; allowed: scheme, host and path"),
        Mistake(
            "alerts:\n  cool_down_seconds: -5",
            "5:22: alerts.cool_down_seconds is -5; allowed: a number from 0 to 86400 (seconds)"),
        // The language itself
        Mistake(
            "web:\n  port: 1\n  port: 2",
            "5:3: the key \"port\" appears more than once in one section; keep one of them"),
        Mistake(
            "web: [1, 2",
            "5:1: this is not YAML: while parsing a flow sequence from line 4: did not find expected ',' or ']'; check the "
                + "indentation (spaces, no tabs), the colons, the brackets and the quotes around here"),
    ]

    @Test("names the place, what was found, what is allowed and the nearest right word", arguments: mistakes)
    func message(_ mistake: Mistake) {
        let text = mistake.text.hasPrefix("cameras:") ? mistake.text : oneCamera + mistake.text
        #expect(messages(text).first == "site.yaml:" + mistake.message)
    }

    @Test("are all reported at once, in their order in the file")
    func allAtOnce() {
        let found = messages(
            """
            web:
              port: eighty
            cameras:
              - id: A
                url: gopher://h
                zones:
                  - {name: x, kind: y, polygon: 5}
            recording:
              audio: 7
              colour: red
            """)
        #expect(
            found.map { $0.split(separator: ":")[1...2].joined(separator: ":") } == [
                "2:9", "4:9", "5:10", "7:25", "7:37", "9:10", "10:3",
            ])
    }

    @Test("in Twilio's keys are all found, and no secret is quoted")
    func twilio() {
        let found = messages(
            oneCamera + """
                alerts:
                  channels:
                    - name: sms
                      type: twilio
                      account_sid: AC123
                      auth_token: [hunter2]
                      from: "0170 1234567"
                      to: ["+49 170 1234567", "+491701234567", "12345"]
                """)
        #expect(
            found == [
                "site.yaml:8:20: alerts.channels[0].account_sid is a text of 5 characters that is no account's SID; allowed: AC "
                    + "and 32 hexadecimal digits, as Twilio's console shows it",
                "site.yaml:9:19: alerts.channels[0].auth_token is a list; allowed: the account's auth token: ${NAME}, "
                    + "file:PATH, or the text itself",
                "site.yaml:10:13: alerts.channels[0].from is \"0170 1234567\"; allowed: a number as in +491701234567, a "
                    + "messaging service MG…, or up to 11 letters and digits",
                "site.yaml:11:31: alerts.channels[0].to is \"+491701234567\" a second time; allowed: each number once",
                "site.yaml:11:48: alerts.channels[0].to is \"12345\"; allowed: telephone numbers with country code, as in "
                    + "+491701234567",
            ])
    }

    @Test("no camera is none: it is added on the page")
    func noCamera() throws {
        for text in ["", "site: {name: x}", "cameras: []", "cameras:\n"] {
            let configuration = try parse(text)
            #expect(configuration.cameras.isEmpty && configuration.warnings.isEmpty)
        }
    }

    @Test("that need something name it")
    func missing() {
        #expect(
            messages("just words") == [
                "site.yaml:1:1: the file is a single value; write keys with values below it, as \"key: value\""
            ])
        #expect(
            messages(oneCamera + "alerts:\n  channels:\n    - type: twilio").map { $0.split(separator: ";")[0] } == [
                "site.yaml:6:7: alerts.channels[0] has no \"name\"",
                "site.yaml:6:7: alerts.channels[0] has no \"account_sid\"",
                "site.yaml:6:7: alerts.channels[0] has no \"auth_token\"",
                "site.yaml:6:7: alerts.channels[0] has no \"from\"",
                "site.yaml:6:7: alerts.channels[0] has no \"to\"",
            ])
    }

    @Test("in a file that isn't there or isn't text say so")
    func files() {
        #expect(throws: ConfigurationErrors.self) {
            try AislewatchConfiguration.load(path: "/nonexistent/a.yaml", environment: [:], known: known)
        }
        do {
            _ = try AislewatchConfiguration.load(path: "/nonexistent/a.yaml", environment: [:], known: known)
        } catch {
            #expect(
                error.description
                    == "/nonexistent/a.yaml:1:1: there is no such file; name an existing file; configs/minimal.yaml shows the "
                    + "shortest that works")
        }
        do {
            _ = try AislewatchConfiguration.load(path: "/", environment: [:], known: known)
            Issue.record("a folder was accepted")
        } catch {
            #expect(error.description == "/:1:1: this is a folder; name the YAML file itself")
        }
    }

    @Test(
        "that can't be meant are refused: spaces around an address, a port in a host's name",
        arguments: [
            (
                "cameras: [{id: a, url: \" rtsp://h/1\"}]",
                "cameras[0].url is an address with a space before or after it"
            ),
            (
                "cameras: [{id: a, url: \"rtsp://h/1 \"}]",
                "cameras[0].url is an address with a space before or after it"
            ),
            ("web: {host: \"0.0.0.0:8080\"}", "web.host is \"0.0.0.0:8080\""),
            ("web: {host: \"example.com:80\"}", "web.host is \"example.com:80\""),
            ("web: {host: \"-a.example\"}", "web.host is \"-a.example\""),
            (
                "alerts: {channels: [{name: m, type: mail, host: \"mail.example.com:587\", from: a@b.de, to: [c@d.de]}]}",
                "alerts.channels[0].host is \"mail.example.com:587\""
            ),
        ])
    func notMeant(text: String, words: String) {
        let found = messages(text.hasPrefix("cameras:") ? text : oneCamera + text)
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test(
        "hosts are names and addresses of both kinds",
        arguments: ["127.0.0.1", "::1", "::", "localhost", "hall-7.example.com", "aw_1"])
    func hosts(_ host: String) throws {
        #expect(try parse(oneCamera + "web: {host: \"\(host)\"}").web.host == host)
    }

    @Test(
        "that may be meant are warned of: no TLS beyond this machine, one address or one name twice, a value left empty"
    )
    func unwise() throws {
        func warnings(_ text: String) throws -> [String] {
            try parse(text).warnings.map { "\($0.line):\($0.column) \($0.found)" }
        }
        #expect(
            try warnings(oneCamera + "web: {host: 0.0.0.0}")
                == ["4:13 web.host \"0.0.0.0\" takes requests from other machines without TLS"])
        #expect(try warnings(oneCamera + "web: {host: 0.0.0.0, tls_certificate: c.pem, tls_key: k.pem}").isEmpty)
        #expect(try warnings(oneCamera + "web: {host: \"::1\"}").isEmpty)
        #expect(
            try warnings("cameras:\n  - {id: a, url: rtsp://h/1}\n  - {id: b, name: a, url: rtsp://h/1}\n") == [
                "3:19 cameras[1].name is \"a\" a second time", "3:27 cameras[1].url is that of camera \"a\" too",
            ])
        #expect(
            try warnings(oneCamera + "rules:\n  spill:\n    min_growth_seconds:\n    enabled: true\n")
                == ["6:5 rules.spill.min_growth_seconds has no value"])
        // Sections and lists of which all is commented out are usual.
        #expect(try warnings(oneCamera + "alerts:\nrules:\n  spill:\n  zone_entry:\n").isEmpty)
    }

    @Test("in a camera's id are answered with one that reads like it")
    func readableID() {
        #expect(
            messages("cameras: [{id: Rückläger, url: rtsp://h/1}]").contains {
                $0.contains("did you mean \"ruecklaeger\"")
            })
        #expect(
            messages("cameras: [{name: Tor Süd 2, url: rtsp://h/1}]").contains { $0.contains("as in tor-sued-2") })
    }
}
