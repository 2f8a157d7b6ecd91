import Foundation
import Settings
import Testing

@testable import Alerts

/// What people read about channels comes from the channels' declarations. `AISLEWATCH_WRITE_DOCS=1` writes it.
@Suite("Channels in example and documents")
struct ChannelDocumentsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private let types = ChannelRegistry.standard.types

    @Test("configs/aislewatch.yaml shows every channel with all its keys")
    func example() throws {
        let text = types.map(Self.example).joined()
        try Self.expect(text, in: "configs/aislewatch.yaml", after: "  channels:\n", before: "  # Without routes every")
    }

    @Test("docs/alerts.md lists every channel with all its keys")
    func tables() throws {
        let channels =
            "| `type` | through | picture | counts as sent when |\n|---|---|---|---|\n"
            + types.map { type in
                "| `\(type.name)` | \(type.traits.through) | \(type.traits.picture) | \(type.traits.sentWhen) |\n"
            }.joined()
        let keys =
            "| `type` | key | what stands there | default | what for |\n|---|---|---|---|---|\n"
            + types.flatMap { type in type.keys.map { Self.row($0, of: type) } }.joined()
        try Self.expect(
            channels + "\n" + keys, in: "docs/alerts.md", after: "<!-- from the channels' declarations -->\n",
            before: "<!-- end -->")
    }

    private static func row(_ key: ChannelKey, of type: ChannelType) -> String {
        let standard =
            switch key.presence {
            case .needed: "needed"
            case .optional: ""
            case .standard(let text): "`\(text)`"
            }
        let form = key.form.replacingOccurrences(of: "|", with: "\\|")
        return
            "| `\(type.name)` | `\(key.name)` | \(form)\(key.isSecret ? " (secret)" : "") | \(standard) | \(key.about) |\n"
    }

    private static func example(_ type: ChannelType) -> String {
        var lines = ["    # \(type.summary)", "    - name: \(type.exampleName)", "      type: \(type.name)"]
        for key in type.keys {
            var about = key.about
            var shown = key.example
            if case .standard(let text) = key.presence {
                if text != key.example { about += " Default: \(text)." }
                if shown.isEmpty { shown = String(text.prefix { $0 != ";" }) }
            }
            if shown.isEmpty { shown = key.isSecret ? "${NAME}" : "…" }
            lines.append("      # \(about)")
            lines.append("      \(key.example.isEmpty ? "# " : "")\(key.name): \(shown)")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func expect(
        _ text: String, in name: String, after head: String, before tail: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = root.appending(path: name)
        var whole = try String(contentsOf: file, encoding: .utf8)
        let begin = try #require(whole.range(of: head)).upperBound
        let end = try #require(whole.range(of: tail, range: begin..<whole.endIndex)).lowerBound
        if ProcessInfo.processInfo.environment["AISLEWATCH_WRITE_DOCS"] != nil {
            whole.replaceSubrange(begin..<end, with: text)
            try whole.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(
            whole[begin..<end] == text, "\(name): AISLEWATCH_WRITE_DOCS=1 writes it anew",
            sourceLocation: sourceLocation)
    }
}
