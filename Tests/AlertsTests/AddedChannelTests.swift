import Foundation
import Settings
import Testing

@testable import Alerts

/// ``BellChannel`` is all that a new kind of channel needs.
@Suite("A kind of channel that is added")
struct AddedChannelTests {
    private let registry = ChannelRegistry.standard.adding([BellChannel.self])

    private func read(_ entry: String) throws(ConfigurationErrors) -> AislewatchConfiguration {
        try AislewatchConfiguration.parse(
            "alerts:\n  public_base_url: https://a.example\n  channels:\n    - \(entry)\n", file: "site.yaml",
            baseDirectory: URL(filePath: "/"),
            known: .init(channels: registry.types, modelFamilies: []))
    }

    @Test("is read with its defaults, and sends")
    func sends() async throws {
        let configuration = try read("{name: gate, type: bell, box: 192.0.2.30}")
        let channel = try #require(registry.channel(configuration.alerts.channels[0], at: ChannelSite()))
        let receipt = try await channel.send(AlertDelivery(message: Samples.message(channel: "gate", recipient: "")))
        #expect(channel.name == "gate" && receipt == .queued(providerID: "192.0.2.30/ring"))
        #expect(try AlertChannels(configuration, registry: registry).channels.count == 1)
    }

    @Test("has its mistakes told by line and column")
    func mistakes() throws {
        do {
            _ = try read("{name: gate, type: bell, box: \"a b\", wrod: x}")
            Issue.record("was accepted")
        } catch {
            #expect(
                error.problems.map { "\($0)".split(separator: ";")[0] } == [
                    "site.yaml:4:37: alerts.channels[0].box is \"a b\"",
                    "site.yaml:4:44: unknown key \"wrod\" in alerts.channels[0]",
                ])
        }
    }

    @Test("the guide shows this very channel")
    func guide() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let file = try String(contentsOf: tests.appending(path: "BellChannel.swift"), encoding: .utf8)
        let guide = try String(
            contentsOf: tests.appending(path: "../../docs/add-a-channel.md").standardizedFileURL, encoding: .utf8)
        let code = file.split(separator: "\n\n", maxSplits: 1).last.map(String.init) ?? ""
        #expect(!code.isEmpty && guide.contains(code))
        #expect(guide.split(separator: "\n", omittingEmptySubsequences: false).count <= 54)
    }
}
