/// Where a camera's analysis is, so that no change of its settings and no stop is lost, whenever it comes. One pipeline
/// follows the other; each is prepared with the settings of its moment.
struct AnalysisState<Feed> {
    /// What follows when a pipeline has ended.
    enum Next: Hashable {
        /// It was ended for other settings.
        case atOnce
        /// It failed, or its stream ended.
        case afterPause
        case never
    }

    private enum State {
        /// Before the first pipeline, and between two.
        case idle
        /// Settings are being read. A change meanwhile makes them worthless.
        case preparing(isOutdated: Bool)
        case running(Feed, endsForChange: Bool)
        case stopped
    }

    private var state = State.idle

    var isStopped: Bool {
        if case .stopped = state { true } else { false }
    }

    /// The settings are about to be read.
    /// - Returns: False when nothing is to be analysed any more.
    mutating func prepare() -> Bool {
        guard !isStopped else { return false }
        state = .preparing(isOutdated: false)
        return true
    }

    /// A pipeline has been made of the settings that were read.
    /// - Returns: False when they don't hold any more: prepare again.
    mutating func begin(_ feed: Feed) -> Bool {
        guard case .preparing(isOutdated: false) = state else { return false }
        state = .running(feed, endsForChange: false)
        return true
    }

    /// Other settings hold from now on.
    /// - Parameter needsNewPipeline: A running pipeline can't take them over.
    /// - Returns: The feed to stop so that another pipeline begins.
    mutating func change(needsNewPipeline: Bool) -> Feed? {
        switch state {
        case .preparing: state = .preparing(isOutdated: true)
        case .running(let feed, _) where needsNewPipeline:
            state = .running(feed, endsForChange: true)
            return feed
        case .idle, .running, .stopped: break
        }
        return nil
    }

    /// The pipeline has ended.
    mutating func end() -> Next {
        switch state {
        case .stopped: return .never
        case .running(_, let endsForChange):
            state = .idle
            return endsForChange ? .atOnce : .afterPause
        case .idle, .preparing:
            state = .idle
            return .afterPause
        }
    }

    /// Nothing begins any more.
    /// - Returns: The feed to stop.
    mutating func stop() -> Feed? {
        defer { state = .stopped }
        if case .running(let feed, _) = state { return feed }
        return nil
    }
}
