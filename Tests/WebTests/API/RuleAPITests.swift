import Domain
import Foundation
import Testing

@testable import Web

@Suite("Rules in the API")
struct RuleAPITests {
    private struct Group: ParameterGroup {
        @Parameter("enabled", "Whether it is on.") var enabled = false
        @Parameter("max_ratio", .ratio, 0...2, fires: .atMost, "How flat.") var maxRatio = 0.8
        @Parameter("min_drop", pictureHeights: 0...1, metres: 0...9, pixels: 1...99, fires: .atLeast, "How far.")
        var minDrop = LengthThreshold(metres: 0.4, pictureHeights: 0.07)
        @Parameter("min_speed", per: .second, fires: .atLeast, "How fast.")
        var minSpeed = LengthThreshold(metres: 2, pictureHeights: 0.4)
        init() {}
    }

    private struct Crossing: ParameterGroup {
        enum Side: String, CaseIterable { case any, left }
        @Parameter(zones: "zones", "Where.") var zones: [String] = []
        @Parameter("zone_kinds", "Where else.") var zoneKinds: [Zone.Kind] = []
        @Parameter("line", "Its ends.") var line: PictureLine? = nil
        @Parameter("direction", "Which way.") var direction = Side.any
        init() {}
    }

    @Test("the zones, the line and the direction of a listed rule are in its schema, with what must be given")
    func listed() async throws {
        let site = try APISite(services: {
            $0.rules = [
                RuleDescription(
                    kind: .zoneEntry, sentence: "In.", isListed: true, parameters: Crossing.parameters,
                    needed: ["zones", "zone_kinds"]),
                RuleDescription(
                    kind: .lineCrossing, sentence: "Over.", isListed: true, parameters: Crossing.parameters,
                    needed: ["line"]),
            ]
        })
        let response = try await site.send(.get, "/api/v1/rules", as: .viewer)
        let body = try #require(
            try JSONSerialization.jsonObject(with: Data(String(buffer: response.body).utf8)) as? [String: Any])
        let schemas = try #require(body["rules"] as? [[String: Any]]).compactMap { $0["schema"] as? [String: Any] }
        #expect(
            (schemas[0]["anyOf"] as? [[String: [String]]])?.compactMap { $0["required"] } == [
                ["zones"], ["zone_kinds"],
            ])
        #expect(schemas[1]["required"] as? [String] == ["line"])
        let properties = try #require(schemas[0]["properties"] as? [String: [String: Any]])
        #expect(properties["zones"]?["type"] as? String == "array")
        #expect((properties["zones"]?["items"] as? [String: Any])?["type"] as? String == "string")
        #expect(
            (properties["zone_kinds"]?["items"] as? [String: Any])?["enum"] as? [String]
                == Zone.Kind.allCases.map(\.rawValue))
        #expect(properties["line"]?["minItems"] as? Int == 2 && properties["line"]?["maxItems"] as? Int == 2)
        let point = try #require(properties["line"]?["items"] as? [String: Any])
        #expect(point["maxItems"] as? Int == 2 && (point["items"] as? [String: Any])?["maximum"] as? Double == 1)
        #expect(properties["direction"]?["enum"] as? [String] == ["any", "left"])
        #expect(properties["direction"]?["default"] as? String == "any")
    }

    @Test("each rule has a schema with defaults, ranges, units, directions and an order")
    func schema() async throws {
        let site = try APISite(services: {
            $0.rules = [
                RuleDescription(
                    kind: .nearMiss, sentence: "Nearly.", isListed: false, parameters: Group.parameters)
            ]
        })
        let response = try await site.send(.get, "/api/v1/rules", as: .viewer)
        #expect(response.status == .ok)
        let body = try #require(
            try JSONSerialization.jsonObject(with: Data(String(buffer: response.body).utf8)) as? [String: Any])
        let rule = try #require((body["rules"] as? [[String: Any]])?.first)
        #expect(rule["kind"] as? String == "near_miss" && rule["listed"] as? Bool == false)
        let schema = try #require(rule["schema"] as? [String: Any])
        #expect(schema["type"] as? String == "object" && schema["description"] as? String == "Nearly.")
        #expect(schema["x-order"] as? [String] == Group.parameters.map(\.key))
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(Set(properties.keys) == Set(Group.parameters.map(\.key)))
        let ratio = try #require(properties["max_ratio"])
        #expect(ratio["default"] as? Double == 0.8 && ratio["maximum"] as? Double == 2)
        #expect(ratio["x-fires"] as? String == "at_most" && ratio["description"] as? String == "How flat.")
        #expect(properties["enabled"]?["type"] as? String == "boolean")
        #expect(properties["min_drop_metres"]?["x-use"] as? String == "with_scale")
        #expect(properties["min_drop_metres"]?["x-unit"] as? String == "metres")
        #expect(properties["min_drop_pixels"]?["default"] == nil)
        let speed = try #require(properties["min_speed"])
        #expect(speed["default"] as? String == "2 m/s" && speed["x-fires"] as? String == "at_least")
        let pattern = try Regex(try #require(speed["pattern"] as? String))
        #expect("2 m/s".wholeMatch(of: pattern) != nil && "8 %/s".wholeMatch(of: pattern) != nil)
        #expect("2 m".wholeMatch(of: pattern) == nil)
    }

    @Test("who is not signed in sees none")
    func signedOut() async throws {
        #expect(try await APISite().send(.get, "/api/v1/rules").status == .unauthorized)
    }
}
