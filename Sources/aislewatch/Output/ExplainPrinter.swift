import Camera
import Domain
import Foundation
import Incidents
import Synchronization

/// `watch --explain`: for each second the tracks, and how near each came to each rule's thresholds in it.
final class ExplainPrinter: Sendable {
    private struct Key: Hashable {
        var kind: String
        var name: String?
        var track: TrackID?
        var parameter: String
    }

    private struct State {
        var second: Int?
        var tracks: [TrackID: TrackSample] = [:]
        var order: [Key] = []
        var scores: [Key: RuleScore] = [:]
        var notes: Set<String> = []
    }

    private let state = Mutex(State())
    private let write: @Sendable (String) -> Void

    init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    func note(_ output: PipelineOutput) {
        let second = Int(output.observation.time.seconds.rounded(.down))
        let text: String? = state.withLock { state in
            let finished = state.second.flatMap { $0 == second ? nil : Self.text(state, second: $0) }
            if state.second != second { state = State(second: second) }
            for track in output.observation.tracks where track.phase == .appeared || track.phase == .continued {
                state.tracks[track.id] = track.sample
            }
            if !output.observation.isWarm { state.notes.insert("learning the scene") }
            if let change = output.observation.globalChange {
                state.notes.insert("the whole picture changes (\(change.rawValue))")
            }
            for score in output.scores {
                let key = Key(
                    kind: score.kind.rawValue, name: score.ruleName, track: score.track, parameter: score.parameter)
                guard let best = state.scores[key] else {
                    state.order.append(key)
                    state.scores[key] = score
                    continue
                }
                if score.isNearer(than: best) { state.scores[key] = score }
            }
            return finished
        }
        if let text { write(text) }
    }

    /// The last second.
    func finish() {
        if let text = state.withLock({ state in state.second.map { Self.text(state, second: $0) } }) { write(text) }
    }

    private static func text(_ state: State, second: Int) -> String {
        var lines = ["\(second) s" + (state.notes.isEmpty ? "" : ": " + state.notes.sorted().joined(separator: ", "))]
        for (id, sample) in state.tracks.sorted(by: { $0.key < $1.key }) {
            let region = sample.region
            lines.append(
                "  track \(id): \(region.width) x \(region.height) at \(region.x), \(region.y), area \(Int(sample.area))"
            )
        }
        var last = ""
        for key in state.order {
            guard let score = state.scores[key] else { continue }
            let head =
                "  " + key.kind + (key.name.map { " \"\($0)\"" } ?? "") + (key.track.map { ", track \($0)" } ?? "")
            if head != last { lines.append(head) }
            last = head
            let unit = score.unit.isEmpty ? "" : " " + score.unit
            lines.append(
                "    \(score.isMet ? "+" : "-") \(score.parameter): "
                    + String(format: "%.3g", score.measured) + unit + ", threshold "
                    + String(format: "%.3g", score.threshold)
                    + unit)
        }
        return lines.joined(separator: "\n")
    }
}
