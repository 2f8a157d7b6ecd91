import Alerts
import Domain
import Logging
import Settings
import Storage
import Vision

/// What all cameras of the daemon share.
struct CameraRooms: Sendable {
    var configuration: AislewatchConfiguration
    var store: Store
    var announcer: IncidentAnnouncer
    var family: any SegmentationFamily
    var ids: MonotonicID
    var clock: any WallClock
    var logger: Logger
}
