import Synchronization

/// Lends workspaces to sessions: as many exist as sessions were ever at work at once, not as there are sessions.
final class WorkspacePool: Sendable {
    private let graphs: CompactGraphs
    private let idle = Mutex<[CompactWorkspace]>([])

    init(_ graphs: CompactGraphs) { self.graphs = graphs }

    func take() throws -> CompactWorkspace {
        try idle.withLock { $0.popLast() } ?? CompactWorkspace(graphs)
    }

    func giveBack(_ workspace: CompactWorkspace) {
        idle.withLock { $0.append(workspace) }
    }
}
