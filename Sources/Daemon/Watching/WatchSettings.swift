import Domain
import Foundation
import Incidents
import Media
import Recording
import Settings

/// What `watch` looks at, and how.
public struct WatchSettings: Sendable {
    /// A file's path or a stream's address, with user and password where it needs them.
    public var input: SourceOptions
    /// Files only.
    public var pace: Pace
    /// The camera whose zones and scale hold; from the configuration, or made up for the input.
    public var camera: CameraID
    public var cameraName: String
    public var zones: [Zone]
    public var pictureHeightMetres: Double?
    public var calibration: CameraCalibration?
    /// Whether each frame tells what the rules measured.
    public var explains = false
    /// Where clips go; nil keeps none.
    public var clipFolder: URL?

    public init(
        input: SourceOptions, pace: Pace = .fast, camera: CameraID, cameraName: String, zones: [Zone] = [],
        pictureHeightMetres: Double? = nil, clipFolder: URL? = nil
    ) {
        self.input = input
        self.pace = pace
        self.camera = camera
        self.cameraName = cameraName
        self.zones = zones
        self.pictureHeightMetres = pictureHeightMetres
        self.clipFolder = clipFolder
    }

    /// Whether the input is a file, which ends, and not a camera.
    public var isFile: Bool { !input.url.contains("://") || input.url.hasPrefix("file:") }
}
