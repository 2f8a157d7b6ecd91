import Domain
import Synchronization

/// Takes notices before there is anybody to tell: storage is opened before the desk that needs it, and may have
/// something to say. What came early is told as soon as the desk is there.
final class NoticeRelay: NoticeSink {
    private enum State {
        case waiting([OperationalNotice])
        case connected(any NoticeSink)
    }

    private let state = Mutex(State.waiting([]))

    func connect(_ sink: any NoticeSink) {
        let early = state.withLock { state -> [OperationalNotice] in
            defer { state = .connected(sink) }
            if case .waiting(let early) = state { return early }
            return []
        }
        for notice in early { sink.raise(notice) }
    }

    func raise(_ notice: OperationalNotice) {
        let sink = state.withLock { state -> (any NoticeSink)? in
            switch state {
            case .waiting(let early):
                state = .waiting(early + [notice])
                return nil
            case .connected(let sink): return sink
            }
        }
        sink?.raise(notice)
    }

    func clear(_ key: String) {
        let sink = state.withLock { state -> (any NoticeSink)? in
            switch state {
            case .waiting(let early):
                state = .waiting(early.filter { $0.key != key })
                return nil
            case .connected(let sink): return sink
            }
        }
        sink?.clear(key)
    }
}
