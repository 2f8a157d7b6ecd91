import Evaluation
import Synchronization

/// Shows how far an evaluation is.
final class EvaluationReporter: Sendable {
    private let reporter: Mutex<ProgressReporter>

    init(_ title: String) { reporter = Mutex(ProgressReporter(title)) }

    func note(_ progress: EvaluationProgress) {
        note(
            fraction: Double(progress.done) / Double(max(1, progress.total)),
            detail: "\(progress.done)/\(progress.total) \(progress.name): \(progress.result)")
    }

    func note(fraction: Double?, detail: String) {
        reporter.withLock { $0.update(fraction: fraction, detail: detail) }
    }

    func finish() { reporter.withLock { $0.finish() } }
}
