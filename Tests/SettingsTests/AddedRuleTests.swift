import Domain
import Foundation
import Testing

@testable import Incidents
@testable import Settings

// MARK: The rule: all of it

/// Something stands higher in the picture than it should: a rule that is made for this test alone.
struct TooHighSettings: SingleRuleParameters {
    static let kind = IncidentKind.manual
    static let sentence = "Something is higher than anything should be."

    @Parameter("enabled", "Whether the rule is on.")
    var enabled = false
    @Parameter(
        "max_top_fraction", .partOfPicture, 0...1, fires: .atMost, "How near its upper edge may come to the picture's.")
    var maxTopFraction = 0.1

    init() {}
}

struct TooHighRule: Rule {
    private let settings: TooHighSettings

    init(_ settings: TooHighSettings, scene: CameraScene) { self.settings = settings }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        measured(frame).filter { settings.maxTopFraction >= $0.evidence.measured }.map { track, evidence in
            Detection(
                kind: Settings.kind, startSeconds: frame.context.seconds, endSeconds: frame.context.seconds,
                region: track.region, severity: .low, facts: IncidentFacts(), evidence: [evidence], tracks: [track.id])
        }
    }

    func scores(_ frame: RuleInput) -> [RuleScore] {
        measured(frame).map { RuleScore($0.evidence, Settings.kind, track: $0.track.id) }
    }

    mutating func forget() {}

    private func measured(_ frame: RuleInput) -> [(track: (id: TrackID, region: Region), evidence: Evidence)] {
        frame.ledger.seen.compactMap { id in
            guard let region = frame.ledger.histories[id]?.last?.region else { return nil }
            return ((id, region), settings.$maxTopFraction.evidence(Double(region.y) / frame.context.height))
        }
    }
}

// MARK: What follows from it

/// `docs/add-a-rule.md`, tried.
@Suite("A rule that is added")
struct AddedRuleTests {
    private let registry = RuleRegistry(entries: RuleRegistry.standard.entries + [.one(TooHighRule.self)])

    private func rules(_ text: String) throws -> RuleSettings {
        try AislewatchConfiguration.parse(
            text, file: "site.yaml", baseDirectory: URL(filePath: "/"),
            known: AislewatchConfiguration.KnownTypes(
                channels: known.channels, modelFamilies: known.modelFamilies, rules: registry)
        ).rules
    }

    private func observation(top: Int) -> SceneObservation {
        let region = Region(x: 100, y: top, width: 20, height: 20)
        return SceneObservation(
            time: MediaTime(seconds: 1), date: Date(timeIntervalSince1970: 0),
            frameSize: FrameSize(width: 640, height: 360),
            tracks: [
                TrackObservation(
                    id: TrackID(rawValue: 1), origin: .motion, phase: .appeared,
                    sample: TrackSample(
                        seconds: 1, region: region, centroid: Point(x: 110, y: Double(top) + 10), area: 400))
            ])
    }

    @Test("is read from the file, with what all rules have")
    func read() throws {
        let settings = try rules("rules:\n  manual: {enabled: true, max_top_fraction: 0.2, severity: high}\n")
        #expect(settings[TooHighSettings.self].enabled && settings[TooHighSettings.self].maxTopFraction == 0.2)
        #expect(settings.policies[.manual]?.severity == .high)
        #expect(settings != RuleSettings())
    }

    @Test("has its mistakes told with line, column and what is allowed")
    func mistakes() {
        #expect {
            try rules("rules:\n  manual:\n    max_top_fraction: 2\n    min_top: 1\n")
        } throws: { error in
            let text = "\(error)"
            return text.contains("site.yaml:3:23: rules.manual.max_top_fraction is 2; allowed: a number from 0 to 1")
                && text.contains("site.yaml:4:5: unknown key \"min_top\" in rules.manual")
        }
    }

    @Test("judges in the engine, and explains itself by its key and direction")
    func judges() throws {
        let settings = try rules("rules:\n  manual: {enabled: true}\n")
        let camera = try #require(CameraID(rawValue: "dock"))
        func engine() -> IncidentEngine {
            IncidentEngine(settings: settings, scene: CameraScene(camera: camera), registry: registry) { _ in
                IncidentID(rawValue: "1")
            }
        }
        var one = engine(), other = engine()
        guard case .new(let incident)? = one.step(observation(top: 18)).first else {
            Issue.record("no incident")
            return
        }
        let evidence = try #require(incident.evidence.first)
        #expect(evidence.parameter == "max_top_fraction" && evidence.direction == .atMost && evidence.threshold == 0.1)
        #expect(evidence.measured == 0.05 && incident.kind == .manual)
        #expect(other.step(observation(top: 100)).isEmpty)
        #expect(other.scores(observation(top: 100)).first { $0.kind == .manual }?.isMet == false)
    }

    @Test("stands in the descriptions, the example and the documents")
    func documents() throws {
        let entry = try #require(registry[.manual])
        #expect(entry.description.sentence == TooHighSettings.sentence)
        #expect(entry.description.parameters.map(\.key) == ["enabled", "max_top_fraction"])
        #expect(RuleDocuments.example(registry).contains("  manual:\n    enabled: false\n"))
        #expect(RuleDocuments.example(registry).contains("0 to 1 part of the picture.\n    max_top_fraction: 0.1\n"))
        #expect(
            RuleDocuments.table(entry.description).contains(
                "| `max_top_fraction` | `0.1` | 0 to 1 part of the picture |"))
    }

    @Test("is tuned by its keys")
    func tuned() throws {
        var settings = RuleSettings()
        let entry = try #require(registry[.manual])
        entry.set(&settings, ["max_top_fraction": .number(0.3)])
        #expect(entry.values(settings)["max_top_fraction"] == .number(0.3))
        #expect(settings[TooHighSettings.self].enabled == false)
    }
}
