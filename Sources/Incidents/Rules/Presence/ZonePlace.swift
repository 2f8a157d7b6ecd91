import Domain

/// The zones that a presence rule means.
struct ZonePlace: Hashable, Sendable {
    private let zones: [Zone]
    private let isEverywhere: Bool

    init(names: [String], kinds: [Zone.Kind], scene: CameraScene, everywhereWithout: Bool) {
        zones = scene.zones.filter { names.isEmpty ? kinds.contains($0.kind) : names.contains($0.name) }
        isEverywhere = everywhereWithout && names.isEmpty && kinds.isEmpty
    }

    /// The zone at a place; `.some(nil)` where the whole picture is meant.
    func zone(at point: Point, in size: FrameSize) -> Zone?? {
        if isEverywhere { return .some(nil) }
        return zones.first { $0.contains(point, in: size) }.map { .some($0) } ?? nil
    }
}
