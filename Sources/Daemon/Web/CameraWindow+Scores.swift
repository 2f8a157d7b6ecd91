import Domain
import Incidents
import Pipeline

extension CameraWindow {
    /// What the rules measured, for pages; some times a second, and of each value the one that is nearest to firing.
    /// - Returns: Nil when nobody asked, and between two of those times.
    func scores(_ output: PipelineOutput) -> LiveScores? {
        guard !output.scores.isEmpty, let taken = collect(output.scores) else { return nil }
        let scores = taken.map { score in
            LiveScores.Score(
                rule: score.kind.rawValue, name: score.ruleName, parameter: score.parameter, measured: score.measured,
                threshold: score.threshold, unit: score.unit, direction: score.direction, isMet: score.isMet,
                track: score.track)
        }
        return LiveScores(
            camera: camera.id, time: shown(output.observation.time, date: output.observation.date), scores: scores)
    }
}
