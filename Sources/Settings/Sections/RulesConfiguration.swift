/// `rules`: what the rules judge by. Nil means the rule's own default; the commented example names them all.
public struct RulesConfiguration: Hashable, Sendable {
    public var fallingObject = FallingObjectConfiguration()
    public var spill = SpillConfiguration()
    public var merge = MergeConfiguration()
    /// Silence after a change of the whole picture (lights, camera moved) has ended. 0 to 60 seconds.
    public var settleSeconds: Double?

    public init() {}

    init(reading section: Section) {
        fallingObject = FallingObjectConfiguration(reading: section.section("falling_object"))
        spill = SpillConfiguration(reading: section.section("spill"))
        merge = MergeConfiguration(reading: section.section("merge"))
        settleSeconds = section.number("settle_seconds", in: 0...60, unit: "seconds")
        section.finish()
    }
}
