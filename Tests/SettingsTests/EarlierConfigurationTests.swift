import Domain
import Foundation
import Incidents
import Testing
import Yams

@testable import Settings

/// Files as earlier versions shipped them (`Configurations`) mean what they meant.
@Suite("Configurations of earlier versions")
struct EarlierConfigurationTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Configurations")

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    @Test("every value of a rule is read as it stands there", arguments: ["aislewatch.yaml", "eval.yaml"])
    func rules(name: String) throws {
        let whole = try #require(try Yams.load(yaml: try text(name)) as? [String: Any])
        let given = try #require(whole["rules"] as? [String: Any])
        let only = try Yams.dump(object: ["rules": given])
        let settings = try AislewatchConfiguration.parse(
            only, file: name, baseDirectory: Self.folder, known: known
        ).rules
        var compared = 0
        for rule in RuleRegistry.standard.entries where !rule.description.isListed {
            let values = rule.values(settings)
            for (key, written) in given[rule.description.kind.rawValue] as? [String: Any] ?? [:] {
                let expected: ParameterValue? =
                    switch written {
                    case let flag as Bool: .flag(flag)
                    case let number as Int: .number(Double(number))
                    case let number as Double: .number(number)
                    default: rule.description.parameters.first { $0.key == key }?.defaultValue
                    }
                #expect(values[key] == expected, "\(rule.description.kind.rawValue).\(key)")
                compared += 1
            }
        }
        #expect(compared >= (name == "eval.yaml" ? 3 : 70))
        guard name == "aislewatch.yaml" else { return }
        // It was off by default when the file was written, and the file says so.
        var expected = RuleSettings()
        expected.personDown.enabled = false
        #expect(settings == expected)
    }

    @Test("lengths with their unit keep it")
    func lengths() throws {
        let rules = try parse(oneCamera + "rules:\n  near_miss: {min_speed: 2 m/s, min_height: 8 %}\n").rules
        #expect(rules.nearMiss.minSpeed == LengthThreshold(metres: 2, pictureHeights: 0.4))
        #expect(rules.nearMiss.minHeight == LengthThreshold(metres: nil, pictureHeights: 0.08))
    }

    @Test("the whole files are read without a mistake", arguments: ["aislewatch.yaml", "eval.yaml", "minimal.yaml"])
    func whole(name: String) throws {
        var environment: [String: String] = [:]
        let text = try text(name).replacing(/file:\S+/, with: "${A_SECRET}")
        for match in text.matches(of: /\$\{([A-Z0-9_]+)\}/) { environment[String(match.1)] = "x" }
        environment["TWILIO_ACCOUNT_SID"] = "AC" + String(repeating: "0", count: 32)
        _ = try AislewatchConfiguration.parse(
            text, file: name, environment: environment, baseDirectory: Self.folder,
            known: known)
    }
}
