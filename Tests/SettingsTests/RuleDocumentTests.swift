import Domain
import Foundation
import Incidents
import Testing

@testable import Settings

/// What is written from the declarations stands in the files. `AISLEWATCH_REGENERATE=1` writes it there.
@Suite("Documents of the rules")
struct RuleDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func expectFresh(_ path: String, _ refresh: (String) -> String) throws {
        let file = Self.root.appending(path: path)
        let text = try String(contentsOf: file, encoding: .utf8)
        let fresh = refresh(text)
        if ProcessInfo.processInfo.environment["AISLEWATCH_REGENERATE"] != nil {
            try fresh.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(fresh == text, "set AISLEWATCH_REGENERATE=1 once to write \(path) anew")
        }
    }

    @Test("the commented example has every parameter with its default, unit and sentence")
    func example() throws {
        try expectFresh("configs/aislewatch.yaml") { RuleDocuments.refreshed(example: $0) }
        let text = try String(
            contentsOf: Self.root.appending(path: "configs/aislewatch.yaml"), encoding: .utf8)
        for rule in RuleRegistry.standard.entries where !rule.description.isListed {
            for parameter in rule.description.parameters {
                #expect(text.contains("    \(parameter.key): ") || text.contains("    # \(parameter.key): "))
                #expect(!parameter.sentence.isEmpty)
            }
        }
    }

    @Test("docs/rules.md has a table of every rule")
    func tables() throws {
        try expectFresh("docs/rules.md") { RuleDocuments.refreshed($0) }
        let text = try String(contentsOf: Self.root.appending(path: "docs/rules.md"), encoding: .utf8)
        for rule in RuleRegistry.standard.entries {
            #expect(text.contains(RuleDocuments.table(rule.description)), "\(rule.description.kind.rawValue)")
        }
    }

    @Test("no two parameters of a rule share a key, and no two rules a kind")
    func keys() {
        for rule in RuleRegistry.standard.entries {
            let keys = rule.description.parameters.map(\.key)
            #expect(Set(keys).count == keys.count)
        }
        #expect(Set(RuleRegistry.standard.entries.map(\.description.kind)).count == RuleRegistry.standard.entries.count)
    }
}
