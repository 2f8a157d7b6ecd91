/// What an account or token may do. Each holds the ones before it.
public enum Role: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// Looks.
    case viewer
    /// Clicks, follows, reviews, silences.
    case `operator`
    /// Changes settings and accounts.
    case admin

    public static func < (lhs: Role, rhs: Role) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .operator: 1
        case .admin: 2
        }
    }
}
