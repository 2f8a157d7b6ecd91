public import Domain

/// The rules that there are, in the order in which they judge: one sees what those before it detected in the same frame.
///
/// The engine, the configuration's reader, tuning, the API and the documents walk this list; nothing else names all rules.
public struct RuleRegistry: Sendable {
    /// One rule, as all of those see it.
    public struct Entry: Sendable {
        public let description: RuleDescription
        /// What holds in the settings, by key; empty for rules of which a site writes a list.
        public let values: @Sendable (RuleSettings) -> [String: ParameterValue]
        /// Sets values by key; the others stay.
        public let set: @Sendable (inout RuleSettings, [String: ParameterValue]) -> Void
        /// Why rules that are on can detect nothing in a scene, with the name that the site gave each.
        public let obstacles: @Sendable (RuleSettings, CameraScene) -> [(name: String?, reason: String)]
        let judgesAlways: Bool
        let isReportedFirst: Bool
        /// The rules that judge by the settings: none where it is off, as many as the site wrote where it is a list.
        let make: @Sendable (RuleSettings, CameraScene) -> [any Rule]
    }

    public var entries: [Entry]
    /// The kinds in the order in which people expect to read of them; rules that it doesn't name follow.
    private let readingOrder: [IncidentKind]

    public init(entries: [Entry], readingOrder: [IncidentKind] = []) {
        self.entries = entries
        self.readingOrder = readingOrder
    }

    /// The rules as pages and documents list them: what most sites want first, the camera itself last.
    public var descriptions: [RuleDescription] {
        func place(_ kind: IncidentKind) -> Int { readingOrder.firstIndex(of: kind) ?? readingOrder.count }
        let placed = entries.enumerated().map { (place($1.description.kind), $0, $1.description) }
        return placed.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    public static let standard = RuleRegistry(
        entries: [
            .one(CameraTamperedRule.self),
            // What spreads is no object at rest: it is known before the rules about objects judge.
            .one(SpillRule.self), .one(ToppledStackRule.self), .one(FallingObjectRule.self), .one(ObjectLeftRule.self),
            .one(ObjectRemovedRule.self), .one(MarkedObjectRule.self), .list(ZoneEntryRule.self, \.zoneEntries),
            .list(LineCrossingRule.self, \.lineCrossings), .list(DwellRule.self, \.dwells), .one(NearMissRule.self),
            .one(PersonDownRule.self),
        ],
        readingOrder: [
            .fallingObject, .toppledStack, .spill, .personDown, .nearMiss, .objectLeft, .objectRemoved,
            .markedObjectMoved, .zoneEntry, .lineCrossing, .dwell, .cameraTampered,
        ])

    public subscript(_ kind: IncidentKind) -> Entry? { entries.first { $0.description.kind == kind } }
}

extension RuleRegistry.Entry {
    /// A rule that a site has once, on or off.
    static func one<R: Rule>(_ rule: R.Type) -> Self where R.Settings: SingleRuleParameters {
        Self(
            description: description(R.self, isListed: false), values: { $0[R.Settings.self].values },
            set: { $0[R.Settings.self] = $0[R.Settings.self].with($1) },
            obstacles: { settings, scene in
                let own = settings[R.Settings.self]
                return own.enabled ? R.obstacle(own, in: scene).map { [(nil, $0)] } ?? [] : []
            },
            judgesAlways: R.judgesAlways,
            isReportedFirst: R.isReportedFirst,
            make: { settings, scene in
                let own = settings[R.Settings.self]
                return own.enabled ? [R(own, scene: scene)] : []
            })
    }

    /// A rule of which a site writes as many as it likes.
    static func list<R: Rule>(
        _ rule: R.Type, _ settings: KeyPath<RuleSettings, [R.Settings]> & Sendable
    ) -> Self where R.Settings: ListedRuleParameters {
        Self(
            description: description(R.self, isListed: true, needed: R.Settings.needed), values: { _ in [:] },
            set: { _, _ in },
            obstacles: { all, scene in
                all[keyPath: settings].compactMap { own in R.obstacle(own, in: scene).map { (own.name, $0) } }
            },
            judgesAlways: R.judgesAlways, isReportedFirst: R.isReportedFirst,
            make: { all, scene in all[keyPath: settings].map { R($0, scene: scene) } })
    }

    private static func description<R: Rule>(
        _ rule: R.Type, isListed: Bool, needed: [String] = []
    ) -> RuleDescription {
        RuleDescription(
            kind: R.Settings.kind, sentence: R.Settings.sentence, isListed: isListed,
            parameters: R.Settings.parameters, needed: needed)
    }
}
