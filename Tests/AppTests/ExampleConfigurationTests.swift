import Foundation
import Incidents
import Settings
import TestSupport
import Testing

@testable import App

@Suite("The commented example")
struct ExampleConfigurationTests {
    /// The rules' part of `configs/aislewatch.yaml`, as it stands there.
    private func exampleRules() throws -> (text: String, settings: RuleSettings) {
        let file = TestSite.root.appending(path: "configs/aislewatch.yaml")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(lines.firstIndex(of: "rules:"))
        let end = try #require(lines[(begin + 1)...].firstIndex { $0.first?.isLetter == true })
        let text = lines[begin..<end].joined(separator: "\n")
        let configuration = try AislewatchConfiguration.parse(
            text, file: file.path, baseDirectory: TestSite.root)
        return (text, configuration.rules)
    }

    @Test("shows the rules' own defaults, so that a copy of it changes nothing")
    func defaults() throws { #expect(try exampleRules().settings == RuleSettings()) }

    @Test("names every parameter that the rules have")
    func complete() throws {
        let text = try exampleRules().text
        for rule in RuleRegistry.standard.entries where !rule.description.isListed {
            for parameter in rule.description.parameters {
                #expect(text.contains(" \(parameter.key): "), "\(parameter.key)")
            }
        }
    }
}
