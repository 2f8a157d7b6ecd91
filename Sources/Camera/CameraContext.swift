import Domain
import Foundation
import Logging
import Media
import Recording
import Settings
import Storage
import Vision

/// What all cameras of the daemon share.
public struct CameraContext: Sendable {
    /// What holds now; pages change it while the daemon runs.
    public var configuration: @Sendable () -> AislewatchConfiguration
    public var store: Store
    public var folders: ClipFolders
    public var family: any SegmentationFamily
    /// Follows back what motion suspects; nil lets motion decide.
    public var retracer: Retracer?
    let proofTurns = ProofTurns()
    let share = AnalysisShare()
    /// Where incidents go.
    public var incidents: any IncidentHandler
    /// Where open pages hear of what happens.
    public var events: any LiveEvents
    public var notices: any NoticeSink
    public var ids: MonotonicID
    public var clock: any WallClock
    public var logger: Logger

    public init(
        configuration: @escaping @Sendable () -> AislewatchConfiguration, store: Store, folders: ClipFolders,
        family: any SegmentationFamily, retracer: Retracer? = nil, incidents: any IncidentHandler,
        events: any LiveEvents, notices: any NoticeSink, ids: MonotonicID, clock: any WallClock, logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.folders = folders
        self.family = family
        self.retracer = retracer
        self.incidents = incidents
        self.events = events
        self.notices = notices
        self.ids = ids
        self.clock = clock
        self.logger = logger
    }
}

/// What becomes of the incidents that a camera's rules announce: who is alerted, and what people see of them.
public protocol IncidentHandler: Sendable {
    /// Keeps the frame of a new incident for messages, before the first of them leaves.
    func keep(_ frame: VideoFrame, of incident: Incident)
    /// Writes a step and the messages about it in one transaction.
    func commit(_ event: IncidentEvent) async throws -> CommitResult
    /// Gives an incident the words by which a search finds it.
    func index(_ incident: Incident, camera: CameraConfiguration) async throws
    /// Has a new incident verified where the site wants that, beside everything else.
    /// - Parameter ring: The recorded stream; the event's times are on its line.
    func verify(_ event: IncidentEvent, ring: PacketRing)
    /// A camera ends: nothing of it is waited for any longer.
    func close(_ camera: CameraID) async
    /// What an alert says of it.
    func text(_ incident: Incident) -> String
}
