public import Incidents

extension RuleSettings {
    /// The defaults, but for what takes longer than a labelled clip: what was left or taken is told after 3 s, and what stood
    /// for 2.5 s before stood long. The same as `configs/eval.yaml`.
    public static var labelledClips: RuleSettings {
        var settings = RuleSettings()
        settings.objectLeft.staySeconds = 3
        settings.objectRemoved.staySeconds = 3
        settings.objectRemoved.minStoodSeconds = 2.5
        return settings
    }
}
