import Domain

/// Distinguishes changes of the whole view (lights, exposure jump, camera turned) from things that happen in it, and
/// notices when the view is calm again.
struct GlobalChangeDetector {
    enum State: Equatable {
        case normal
        /// Something global goes on since `since`; calm since `calmSince`, if it is.
        case holding(SceneObservation.GlobalChange, since: Double, calmSince: Double?)
    }

    enum Verdict: Equatable {
        case normal
        case hold(SceneObservation.GlobalChange)
        /// The change is over and the scene looks as before.
        case resume
        /// The change is over and the scene must be learned again.
        case relearn
    }

    struct Measure {
        /// Part of the known pixels that differ from the background.
        var changed: Double
        /// Part of the cells of a coarse grid that mostly differ.
        var changedCells: Double
        /// Part of the pixels that change now.
        var moving: Double
        /// Part of the contrast points that look like the background at the best shift, and how many there are.
        var match: Double
        var points: Int
        /// Contrast of the frame against the background's.
        var gain: Double
    }

    /// Relative change of the gain within a moment that only lamps or the camera's exposure make.
    private static let gainJump = 0.12

    private(set) var state = State.normal
    private var history: [(seconds: Double, changed: Double, gain: Double)] = []
    /// The gain before the change.
    private var steadyGain = 1.0
    private var mismatchedSince: Double?

    mutating func reset() {
        state = .normal
        history.removeAll(keepingCapacity: true)
        mismatchedSince = nil
    }

    mutating func update(_ measure: Measure, seconds: Double, settings: MotionSettings) -> Verdict {
        switch state {
        case .normal:
            while let first = history.first, seconds - first.seconds > 0.7 { history.removeFirst() }
            let before = history.min { $0.changed < $1.changed }?.changed ?? measure.changed
            let oldGain = history.first?.gain ?? measure.gain
            history.append((seconds, measure.changed, measure.gain))
            let jumped = abs(measure.gain / max(0.01, oldGain) - 1) > Self.gainJump
            let sudden = measure.changed - before > 0.7 * settings.globalFraction
            let wide = measure.changed > settings.globalFraction && measure.changedCells > settings.globalFraction
            // A turned or covered camera: contrast all over the view is no longer where it was.
            let lost = measure.points >= 24 && measure.match < Double(Stabilizer.leastMatch)
            if lost { mismatchedSince = mismatchedSince ?? seconds } else { mismatchedSince = nil }
            let turned = mismatchedSince.map { seconds - $0 >= 0.25 } ?? false
            guard (sudden && wide) || jumped || measure.changed > 0.75 || (turned && measure.changed > 0.2) else {
                return .normal
            }
            let kind: SceneObservation.GlobalChange = lost ? .view : .light
            steadyGain = oldGain
            state = .holding(kind, since: seconds, calmSince: nil)
            return .hold(kind)
        case .holding(let kind, let since, var calmSince):
            if measure.moving < 0.04 { calmSince = calmSince ?? seconds } else { calmSince = nil }
            let calmFor = calmSince.map { seconds - $0 } ?? 0
            // Lamps that stay switched change shadows and reflections, even where the gain explains the rest.
            let asBefore = abs(measure.gain / max(0.01, steadyGain) - 1) < 0.5 * Self.gainJump
            if asBefore, measure.changed < 0.12, measure.match > 0.5 || measure.points < 24, seconds - since > 0.2 {
                reset()
                return .resume
            }
            if calmFor >= settings.calmSeconds || seconds - since > 20 {
                reset()
                return .relearn
            }
            // Lights that flash while the camera turns: the turn is what matters.
            let now: SceneObservation.GlobalChange =
                kind == .view
                    || (measure.points >= 24 && measure.match < Double(Stabilizer.leastMatch) && measure.moving > 0.04)
                ? .view : kind
            state = .holding(now, since: since, calmSince: calmSince)
            return .hold(now)
        }
    }
}
