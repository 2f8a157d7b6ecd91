import Domain
import Synchronization

/// Remembers what was raised and cleared.
final class NoticeRecorder: NoticeSink {
    private let state = Mutex((raised: [OperationalNotice](), open: [String: OperationalNotice]()))

    var raised: [OperationalNotice] { state.withLock { $0.raised } }
    /// Kinds of what is open now, in order.
    var open: [String] { state.withLock { $0.open.values.map(\.kind).sorted() } }

    func raise(_ notice: OperationalNotice) {
        state.withLock { state in
            state.raised.append(notice)
            state.open[notice.key] = notice
        }
    }

    func clear(_ key: String) { state.withLock { $0.open[key] = nil } }
}
