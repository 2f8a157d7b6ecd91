import Domain
import Synchronization

/// What people have said is no incident, as the rules of one camera see it; changes while they run.
public final class SuppressionBook: Sendable {
    private let suppressions = Mutex<[Suppression]>([])

    public init() {}

    public var current: [Suppression] { suppressions.withLock { $0 } }

    public func replace(_ suppressions: [Suppression]) { self.suppressions.withLock { $0 = suppressions } }
}
