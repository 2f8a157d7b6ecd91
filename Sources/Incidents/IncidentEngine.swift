import Domain
import Foundation

/// Judges one camera's observations, frame by frame, by the rules, and tells the life of each incident.
///
/// Pure: the same observations give the same events. Holds a few seconds of track history, bounded.
public struct IncidentEngine: Sendable {
    public let settings: RuleSettings
    public let scene: CameraScene

    private var ledger = TrackLedger()
    private var fallingObject: FallingObjectRule
    private var spill: SpillRule
    private var book: IncidentBook
    private var last: MediaTime?
    private var quietUntil = -Double.infinity

    /// - Parameter makeID: an identifier for an incident confirmed at the time of day given.
    public init(
        settings: RuleSettings = RuleSettings(), scene: CameraScene,
        makeID: @escaping @Sendable (Date) -> IncidentID
    ) {
        self.settings = settings
        self.scene = scene
        fallingObject = FallingObjectRule(settings: settings.fallingObject)
        spill = SpillRule(settings: settings.spill)
        book = IncidentBook(settings: settings.merge, spillEndSeconds: settings.spill.endAfterSeconds, makeID: makeID)
    }

    /// Takes the next frame. Frames of an older epoch, and frames that go back in time, are passed over.
    /// - Returns: what happened, in order; mostly nothing.
    public mutating func step(_ observation: SceneObservation) -> [IncidentEvent] {
        var events: [IncidentEvent] = []
        if let last {
            guard observation.time > last else { return [] }
            if observation.time.epoch != last.epoch {
                events += book.endAll()
                forget()
                quietUntil = -.infinity
            }
        }
        last = observation.time
        let now = observation.time.seconds
        guard observation.isWarm, observation.globalChange == nil else {
            // Single tracks mean nothing now, nor does what they did before.
            forget()
            if observation.globalChange != nil { quietUntil = now + settings.settleSeconds }
            return events + book.advance(to: observation)
        }
        guard now >= quietUntil, observation.frameSize.width > 0, observation.frameSize.height > 0 else {
            return events + book.advance(to: observation)
        }
        ledger.update(observation, scene: scene)
        let context = RuleContext(seconds: now, frameSize: observation.frameSize, scene: scene)
        let spills = spill.assess(ledger, context)
        let signs = fallingObject.assess(ledger, spreading: spill.announced, context) + spills
        events += book.absorb(signs, observation, camera: scene.camera)
        events += book.advance(to: observation)
        return events
    }

    /// Ends what is still open: the video is over.
    public mutating func finish() -> [IncidentEvent] {
        forget()
        return book.endAll()
    }

    private mutating func forget() {
        ledger.removeAll()
        fallingObject.removeAll()
        spill.removeAll()
    }
}
