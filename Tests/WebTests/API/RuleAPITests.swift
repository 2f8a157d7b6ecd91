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
