import Foundation
import Incidents
import Settings
import Testing

@testable import App

@Suite("The commented example")
struct ExampleConfigurationTests {
    /// The rules' part of `configs/aislewatch.yaml`, as it stands there.
    private func exampleRules() throws -> (text: String, settings: RuleSettings) {
        let file = DaemonSite.root.appending(path: "configs/aislewatch.yaml")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(lines.firstIndex(of: "rules:"))
        let end = try #require(lines[(begin + 1)...].firstIndex { $0.first?.isLetter == true })
        let text = lines[begin..<end].joined(separator: "\n")
        let configuration = try AislewatchConfiguration.parse(
            text, file: file.path, baseDirectory: DaemonSite.root, purpose: .settings)
        return (text, RuleSettings(configuration.rules))
    }

    @Test("shows the rules' own defaults, so that a copy of it changes nothing")
    func defaults() throws { #expect(try exampleRules().settings == RuleSettings()) }

    @Test("names every parameter that the rules have")
    func complete() throws {
        let text = try exampleRules().text
        let defaults = RuleSettings()
        let sections: [Any] = [
            defaults.fallingObject, defaults.spill, defaults.toppledStack, defaults.objectLeft, defaults.objectRemoved,
            defaults.markedObject, defaults.nearMiss, defaults.personDown, defaults.cameraTampered,
        ]
        for section in sections.map({ Mirror(reflecting: $0) }) {
            for name in section.children.compactMap(\.label) {
                let key = name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
                #expect(text.contains(" \(key): "), "\(key)")
            }
        }
    }
}
