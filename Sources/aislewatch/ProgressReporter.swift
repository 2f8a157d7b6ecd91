import Evaluation
import Foundation
import Synchronization

/// Progress of long work on standard error: a bar that moves on a terminal, a plain line every few seconds otherwise.
final class ProgressReporter {
    private let title: String
    private let isTerminal: Bool
    private let start = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?
    private var barIsShown = false

    /// How often a line appears where nobody can see a bar move, and how often the bar moves.
    private let lineInterval = Duration.seconds(5)
    private let barInterval = Duration.milliseconds(100)

    init(_ title: String) {
        self.title = title
        isTerminal = StandardError.isTerminal
    }

    /// - Parameters:
    ///   - fraction: Part of the work that is done, 0 to 1; nil when the whole is unknown.
    ///   - detail: What is going on, for example `frame 120`.
    func update(fraction: Double?, detail: String = "") {
        let now = ContinuousClock.now
        if let lastShown, now - lastShown < (isTerminal ? barInterval : lineInterval) { return }
        // A quick job on a log file needs no progress line.
        if !isTerminal, lastShown == nil, now - start < lineInterval { return }
        lastShown = now
        let text = line(fraction: fraction, detail: detail, elapsed: now - start)
        if isTerminal {
            StandardError.write("\r\u{1B}[2K" + text, terminator: "")
            barIsShown = true
        } else {
            StandardError.write(text)
        }
    }

    /// Takes the bar away so that other lines can follow.
    func finish() {
        if barIsShown { StandardError.write("\r\u{1B}[2K", terminator: "") }
        barIsShown = false
    }

    private func line(fraction: Double?, detail: String, elapsed: Duration) -> String {
        var parts = [title]
        if let fraction {
            let done = min(max(fraction, 0), 1)
            let filled = Int(done * 24)
            parts.append("[" + String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled) + "]")
            parts.append("\(Int(done * 100))%")
            let seconds = elapsed / .seconds(1)
            if done > 0.02, done < 1 { parts.append("about \(Int(seconds / done * (1 - done)) + 1) s left") }
        }
        if !detail.isEmpty { parts.append(detail) }
        return parts.joined(separator: " ")
    }
}

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
