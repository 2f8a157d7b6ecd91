import Alerts
import Domain
import Logging
import Recording
import Settings
import Storage
import Verification
import Vision

/// What all cameras of the daemon share.
struct CameraRooms: Sendable {
    var running: RunningConfiguration
    var store: Store
    var folders: ClipFolders
    var notices: any NoticeSink
    var alerts: AlertRooms
    /// Nil where the site has not set it up.
    var verification: VerificationService?
    var family: any SegmentationFamily
    var ids: MonotonicID
    var clock: any WallClock
    var logger: Logger
    /// Where open pages hear of what happens.
    var events: any LiveEvents
    /// Set once all cameras are there.
    var followDesk: FollowDeskHolder

    /// What holds now.
    var configuration: AislewatchConfiguration { running.current }
    /// As the configuration of now has it.
    var announcer: IncidentAnnouncer { alerts.announcer }
}
