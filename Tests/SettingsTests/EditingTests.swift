import Domain
import Foundation
import Testing

@testable import Settings

@Suite("Changing a configuration's text")
struct EditingTests {
    private let text = """
        # The hall.
        site: {name: Hall, time_zone: Europe/Berlin} # short

        cameras:
          # The first one.
          - id: dock # do not rename
            url: rtsp://192.0.2.1/a   # main stream
            # Zones were drawn in May.
            zones:
              - name: walkway
                kind: walkway
                # measured
                polygon: [[0.1, 0.2], [0.5, 0.2], [0.5, 0.9]]
              - name: rack 4B # tall
                kind: rack
                polygon:
                  - [0.6, 0.1]
                  - [0.9, 0.1]
                  - [0.9, 0.9]

          - id: yard
            url: 'rtsp://user:s3cret@192.0.2.4/d'
          - id: aisle
            url: rtsp://192.0.2.2/b
            username: aw
            password: "p#ss: word"
        rules:
          spill:
            enabled: true

        # The end.

        """

    private func path(_ words: String) -> [ConfigurationEdit.Step] {
        words.split(separator: "/").map { Int($0).map { .index($0) } ?? .key(String($0)) }
    }

    private func set(_ words: String, _ value: ConfigurationValue?, in text: String? = nil) throws -> String {
        try YAMLEditor.apply([ConfigurationEdit(path: path(words), value: value)], to: text ?? self.text)
    }

    private func points(_ values: [Double]...) -> ConfigurationValue {
        .list(values.map { .list($0.map { .number($0) }) })
    }

    @Test("a value is replaced and nothing else, not even the spaces before a comment")
    func replace() throws {
        #expect(
            try set("cameras/dock/url", .text("rtsp://192.0.2.9/a"))
                == text.replacing("rtsp://192.0.2.1/a   #", with: "rtsp://192.0.2.9/a   #"))
        #expect(try set("rules/spill/enabled", .bool(false)) == text.replacing("enabled: true", with: "enabled: false"))
        #expect(try set("site/name", .text("Hall 2: \"north\"")).contains(#"{name: "Hall 2: \"north\"", time_zone"#))
        #expect(try set("cameras/2/password", .text("x")).contains("    password: x\nrules:"))
    }

    @Test("what is missing is added where it belongs")
    func add() throws {
        #expect(try set("cameras/aisle/analysis_fps", .number(2.5)).contains("word\"\n    analysis_fps: 2.5\nrules:"))
        #expect(try set("site/other", .number(1)).contains("time_zone: Europe/Berlin, other: 1} # short"))
        let rule = try set("rules/falling_object/min_drop_metres", .number(0.5))
        #expect(rule.contains("    enabled: true\n  falling_object:\n    min_drop_metres: 0.5\n\n# The end."))
        #expect(try set("web/port", .number(8081)).contains("web:\n  port: 8081"))
        #expect(try set("web/port", .number(8081), in: "") == "web:\n  port: 8081\n")
    }

    @Test("a camera is added and removed; the others keep their comments")
    func cameras() throws {
        let camera = ConfigurationValue.section([
            .init(key: "id", value: .text("gate")), .init(key: "url", value: .text("rtsp://192.0.2.3/c")),
            .init(key: "zones", value: .list([])),
        ])
        let added = try set("cameras/-", camera)
        #expect(added.contains("word\"\n  - id: gate\n    url: rtsp://192.0.2.3/c\n    zones: []\nrules:"))
        #expect(try set("cameras/gate", nil, in: added) == text)
        let removed = try set("cameras/dock", nil)
        #expect(!removed.contains("dock") && removed.contains("- id: aisle") && removed.contains("# The first one."))
        let configuration = try parse(removed)
        #expect(configuration.cameras.map(\.id.rawValue) == ["yard", "aisle"])
    }

    @Test("zones drawn anew keep the comments of those that stay")
    func zones() throws {
        let zones = ConfigurationValue.list([
            .section([
                .init(key: "name", value: .text("walkway")), .init(key: "kind", value: .text("walkway")),
                .init(key: "polygon", value: points([0.1, 0.25], [0.5, 0.2], [0.5, 0.9])),
            ]),
            .section([
                .init(key: "name", value: .text("door")), .init(key: "kind", value: .text("floor")),
                .init(key: "polygon", value: points([0, 0], [0.2, 0], [0.2, 1.0 / 3])),
            ]),
        ])
        let edited = try set("cameras/dock/zones", zones)
        #expect(edited.contains("# Zones were drawn in May.") && edited.contains("# measured"))
        #expect(edited.contains("polygon: [[0.1, 0.25], [0.5, 0.2], [0.5, 0.9]]") && !edited.contains("rack 4B"))
        #expect(
            edited.contains(
                "      - name: door\n        kind: floor\n        polygon: [[0, 0], [0.2, 0], [0.2, 0.333333]]"))
        let configuration = try parse(edited)
        #expect(configuration.cameras[0].zones.map(\.name) == ["walkway", "door"])
        let block = try set("cameras/dock/zones/1/polygon", points([0, 0], [1, 0], [1, 1]))
        #expect(try parse(block).cameras[0].zones[1].polygon.points.count == 3)
    }

    @Test("what can't be changed safely is refused, and says so")
    func refused() throws {
        for (words, value) in [("cameras/nobody/url", ConfigurationValue.text("x")), ("site/name/x", .number(1))] {
            #expect(throws: PortFailure.self) { try set(words, value) }
        }
        let anchored = "a: &one\n  b: 1\nc: *one\n"
        #expect(throws: PortFailure.self) { try set("c/b", .number(2), in: anchored) }
        #expect(throws: PortFailure.self) { try set("a", .number(1), in: "a: [") }
        #expect(throws: PortFailure.self) { try set("a", .number(1), in: "a: several\n  lines of text\n") }
    }

    @Test("texts that look like something else are quoted")
    func quoting() throws {
        for word in [
            "yes", "null", "12", "a: b", "#x", " x", "x ", "- a", "", "é # b", "line\nbreak", "\"", "@x", "a,b",
        ] {
            let edited = try set("site/name", .text(word), in: "site:\n  name: Hall # keep\n")
            #expect(edited.contains("# keep"))
            #expect(YAMLTreeCheck.text(edited, "site", "name") == word)
        }
    }

    @Test("secrets are hidden when shown and put back when saved")
    func hidden() throws {
        let shown = HiddenSecrets.hide(text)
        #expect(!shown.contains("s3cret") && !shown.contains("p#ss") && shown.contains("# do not rename"))
        #expect(shown.contains("rtsp://user:<hidden>@192.0.2.4/d") && shown.contains("password: \"<hidden>\""))
        #expect(try HiddenSecrets.restore(shown, from: text) == text)
        let moved = shown.replacing("# The hall.\n", with: "# One\n# Two\n")
        #expect(try HiddenSecrets.restore(moved, from: text) == text.replacing("# The hall.\n", with: "# One\n# Two\n"))
        #expect(throws: PortFailure.self) {
            try HiddenSecrets.restore("site:\n  name: \"<hidden>\"\n", from: text)
        }
        #expect(HiddenSecrets.hide("a: [").isEmpty)
        let json = try JSONSerialization.jsonObject(with: Data(HiddenSecrets.json(text).utf8)) as? [String: Any]
        #expect((json?["cameras"] as? [[String: Any]])?.count == 3)
        #expect(
            HiddenSecrets.hide("a:\n  password: ${X}\n  token: file:/b\n") == "a:\n  password: ${X}\n  token: file:/b\n"
        )
    }

    @Test(
        "no part of an address, and no escape, shows a secret; what was shown comes back as it was",
        arguments: [
            ("url: rtsp://user:pa$${ss@192.0.2.4/d", "url: rtsp://user:<hidden>@192.0.2.4/d"),
            (
                "url: rtsp://192.0.2.4/d?user=u&password=geheim&channel=1",
                "url: rtsp://192.0.2.4/d?user=u&password=<hidden>&channel=1"
            ),
            (
                "url: \"http://192.0.2.4/v.cgi?pwd=geheim&loginuse=a\"",
                "url: \"http://192.0.2.4/v.cgi?pwd=<hidden>&loginuse=a\""
            ),
            (
                "url: http://h/v?Token=geheim;x=1#access_key=geheim",
                "url: http://h/v?Token=<hidden>;x=1#access_key=<hidden>"
            ),
            ("url: rtsp://u:geheim@h/s?api-key=geheim", "url: rtsp://u:<hidden>@h/s?api-key=<hidden>"),
            ("url: rtsp://u:geheim${X}@h/s", "url: rtsp://u:<hidden>@h/s"),
            ("url: \"rtsp://h/s?p\\x61ssword=geheim\"", "url: \"<hidden>\""),
            ("password: $${geheim}", "password: <hidden>"),
            ("password: geheim${X}", "password: <hidden>"),
            ("headers: {Authorization: Bearer geheim}", "headers: {Authorization: <hidden>}"),
            ("heartbeat_url: https://monitor.example.com/ping/geheim", "heartbeat_url: <hidden>"),
        ])
    func parts(written: String, shown: String) throws {
        let text = "a:\n  \(written)\n  other: 1\n"
        #expect(HiddenSecrets.hide(text) == "a:\n  \(shown)\n  other: 1\n")
        #expect(!HiddenSecrets.json(text).contains("geheim"))
        let edited = HiddenSecrets.hide(text).replacing("other: 1", with: "other: 2")
        #expect(try HiddenSecrets.restore(edited, from: text) == "a:\n  \(written)\n  other: 2\n")
    }

    @Test("names of variables and files are shown: they are no secrets")
    func references() {
        for line in [
            "password: ${X}", "token: file:/b", "headers: {Authorization: \"Bearer ${T}\"}", "url: rtsp://u:${P}@h/s",
            "url: http://h/v?token=${T}&width=640", "url: http://h/v?keyframe=1&monkey=2", "note: a=b&password=x",
        ] {
            let text = "a:\n  \(line)\n"
            #expect(HiddenSecrets.hide(text) == text)
        }
    }

    @Test("a difference shows what goes and what comes, with some lines around")
    func difference() throws {
        let new = try set("rules/spill/enabled", .bool(false))
        let diff = TextDiff.unified(text, new)
        #expect(diff.contains("-    enabled: true\n+    enabled: false\n") && diff.hasPrefix("@@ -"))
        #expect(!diff.contains("dock") && TextDiff.unified(text, text).isEmpty)
    }

    @Test(
        "what stands between braces or brackets goes with its comma",
        arguments: [
            ("a/x", "a: {y: 2, z: [3, 4]}"), ("a/y", "a: {x: 1, z: [3, 4]}"), ("a/z", "a: {x: 1, y: 2}"),
            ("a/z/0", "a: {x: 1, y: 2, z: [4]}"), ("a/z/1", "a: {x: 1, y: 2, z: [3]}"),
        ])
    func removeFromFlow(path: String, result: String) throws {
        let text = "a: {x: 1, y: 2, z: [3, 4]} # short\nb: 1\n"
        #expect(try set(path, nil, in: text) == result + " # short\nb: 1\n")
    }

    @Test("lengths stand without quotes, other texts that begin with a digit in them")
    func lengths() throws {
        for length in ["0.8 m", "8 %", "40 px", "2 m/s"] {
            #expect(try set("a/b", .text(length), in: "a:\n  b: 1\n") == "a:\n  b: \(length)\n")
        }
        #expect(try set("a/b", .text("4711"), in: "a:\n  b: 1\n") == "a:\n  b: \"4711\"\n")
    }

    @Test("the only key of a section leaves an empty one")
    func removeOnly() throws {
        #expect(
            try set("rules/spill", nil, in: "rules:\n  spill:\n    enabled: true\n# end\n") == "rules:\n  {}\n# end\n")
        #expect(try set("a/b", nil, in: "a: {b: 1}\n") == "a: {}\n")
        // What then comes in stands as the first of many does.
        #expect(try set("a/c", .number(2), in: "a: {} # x\n# end\n") == "a:\n  c: 2 # x\n# end\n")
        #expect(try set("rules/spill", .bool(true), in: "rules:\n  {}\n# end\n") == "rules:\n  spill: true\n# end\n")
        let camera = ConfigurationValue.section([
            .init(key: "id", value: .text("dock")), .init(key: "url", value: .text("rtsp://192.0.2.1/a")),
        ])
        #expect(
            try set("cameras/-", camera, in: "# Here.\ncameras: []\n# end\n")
                == "# Here.\ncameras:\n  - id: dock\n    url: rtsp://192.0.2.1/a\n# end\n")
        #expect(try set("a/0/b", .number(2), in: "a: [{}]\n") == "a: [{b: 2}]\n")
    }

    @Test("a mistake's line and column lead to what it is about")
    func places() throws {
        let text = """
            alerts:
              channels: [{name: a, type: webhook, url: "http://h/"}]
              routes:
                - zones: [gone]
                  channels: [a]
                - kinds: [spill]
                - channels: [a]
                  shift: {days: [someday], from: "25:00"}
            cameras:
              - id: a
                url: rtsp://192.0.2.1/

            """
        func path(_ words: String) -> [ConfigurationEdit.Step] {
            words.split(separator: "/").map { Int($0).map { .index($0) } ?? .key(String($0)) }
        }
        do {
            _ = try parse(text)
            Issue.record("was accepted")
        } catch {
            let paths = error.problems.map { YAMLEditor.path(line: $0.line, column: $0.column, in: text) }
            #expect(
                paths == [
                    path("alerts/routes/0/zones/0"), path("alerts/routes/1"), path("alerts/routes/2/shift"),
                    path("alerts/routes/2/shift/days/0"), path("alerts/routes/2/shift/from"),
                ], "\(error)")
        }
    }

    @Test("the commented example can be edited everywhere that forms do")
    func example() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "configs/aislewatch.yaml")
        let example = try String(contentsOf: url, encoding: .utf8)
        let comments = example.split(separator: "\n").filter { $0.contains("#") }
        for (words, value) in [
            ("cameras/aisle-4/name", ConfigurationValue.text("Aisle four")),
            ("cameras/dock/picture_height_metres", .number(5)), ("rules/spill/end_after_seconds", .number(9)),
            ("recording/pre_roll_seconds", .number(12)), ("web/port", .number(8081)),
            ("alerts/cool_down_seconds", .number(60)), ("cameras/aisle-4/zones/main walkway/kind", .text("floor")),
        ] {
            let edited = try set(words, value, in: example)
            #expect(edited.split(separator: "\n").filter { $0.contains("#") } == comments, "\(words)")
        }
    }
}
