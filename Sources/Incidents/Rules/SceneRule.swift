import Domain

/// A rule that judges tracks frame by frame.
protocol SceneRule: Sendable {
    mutating func assess(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleSign]

    /// Forgets the tracks: the picture as a whole has changed.
    mutating func removeAll()

    /// How near the tracks are to firing, for explanations.
    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore]
}
