extension AislewatchConfiguration {
    /// The sections in which this differs from what the daemon was started with and whose changes hold only after a
    /// restart, as they are called in the file. Cameras, rules, analysis and alerts change while the daemon runs.
    public func sectionsThatNeedRestart(since started: AislewatchConfiguration) -> [String] {
        let changes = [
            ("site", site != started.site), ("recording", recording != started.recording), ("web", web != started.web),
            ("storage", storage != started.storage), ("model", model != started.model),
            ("second_look", verification != started.verification),
        ]
        return changes.filter(\.1).map(\.0)
    }
}
