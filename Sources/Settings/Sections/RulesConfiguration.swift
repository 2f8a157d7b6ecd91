import Domain
import Foundation

/// `rules`: what the rules judge by. Nil means the rule's own default; the commented example names them all.
public struct RulesConfiguration: Hashable, Sendable {
    public var fallingObject = FallingObjectConfiguration()
    public var spill = SpillConfiguration()
    public var toppledStack = ToppledStackConfiguration()
    public var objectLeft = ObjectLeftConfiguration()
    public var objectRemoved = ObjectRemovedConfiguration()
    public var markedObject = MarkedObjectConfiguration()
    public var merge = MergeConfiguration()
    /// Silence after a change of the whole picture (lights, camera moved) has ended. 0 to 60 seconds.
    public var settleSeconds: Double?
    public var zoneEntries: [ZoneEntrySettings] = []
    public var lineCrossings: [LineCrossingSettings] = []
    public var dwells: [DwellSettings] = []
    public var nearMiss = NearMissConfiguration()
    public var personDown = PersonDownConfiguration()
    public var cameraTampered = CameraTamperedConfiguration()
    public var combinations: [Combination] = []
    /// When the rules without a name count, and how loud they may be.
    public var policies: [IncidentKind: RulePolicy] = [:]

    public init() {}

    init(reading section: Section, timeZone: TimeZone, cameras: [CameraConfiguration]) {
        let reading = RuleReading(timeZone: timeZone, cameras: cameras, schedules: section.section("schedules"))
        var policies: [IncidentKind: RulePolicy] = [:]
        /// The section of a rule, of which what all rules have in common has been read.
        func rule(_ kind: IncidentKind) -> Section {
            let rule = section.section(kind.rawValue)
            let policy = reading.policy(rule)
            if policy != RulePolicy() { policies[kind] = policy }
            return rule
        }
        fallingObject = FallingObjectConfiguration(reading: rule(.fallingObject))
        spill = SpillConfiguration(reading: rule(.spill))
        toppledStack = ToppledStackConfiguration(reading: rule(.toppledStack))
        objectLeft = ObjectLeftConfiguration(reading: rule(.objectLeft))
        objectRemoved = ObjectRemovedConfiguration(reading: rule(.objectRemoved))
        markedObject = MarkedObjectConfiguration(reading: rule(.markedObjectMoved))
        merge = MergeConfiguration(reading: section.section("merge"))
        settleSeconds = section.number("settle_seconds", in: 0...60, unit: "seconds")
        zoneEntries = PresenceConfiguration.zoneEntries(section, reading)
        lineCrossings = PresenceConfiguration.lineCrossings(section, reading)
        dwells = PresenceConfiguration.dwells(section, reading)
        nearMiss = NearMissConfiguration(reading: rule(.nearMiss))
        personDown = PersonDownConfiguration(reading: rule(.personDown))
        cameraTampered = CameraTamperedConfiguration(reading: rule(.cameraTampered))
        combinations = CombinationConfiguration.list(section, reading)
        self.policies = policies
        section.finish()
    }
}
