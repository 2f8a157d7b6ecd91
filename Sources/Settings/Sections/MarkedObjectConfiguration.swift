/// `rules.marked_object_moved`: when something happened to an object that a person marked. Nil means the rule's own default.
public struct MarkedObjectConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// How far it must move, in its own sizes. 0.1 to 20.
    public var minMoveSizes: Double?
    /// The same in metres, with a scale. 0.01 to 100.
    public var minMoveMetres: Double?
    /// The same in pixels. 1 to 10000.
    public var minMovePixels: Double?
    /// How long it must be elsewhere. 0 to 60.
    public var confirmSeconds: Double?
    /// How long it must not be seen. 0.5 to 3600.
    public var lostSeconds: Double?
    /// After so long in a new place, that is its place. 1 to 3600.
    public var settleSeconds: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: true)
        minMoveSizes = section.number("min_move_sizes", in: 0.1...20, unit: "")
        minMoveMetres = section.number("min_move_metres", in: 0.01...100, unit: "metres")
        minMovePixels = section.number("min_move_pixels", in: 1...10_000, unit: "pixels")
        confirmSeconds = section.number("confirm_seconds", in: 0...60, unit: "seconds")
        lostSeconds = section.number("lost_seconds", in: 0.5...3600, unit: "seconds")
        settleSeconds = section.number("settle_seconds", in: 1...3600, unit: "seconds")
        section.finish()
    }
}
