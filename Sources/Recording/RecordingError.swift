/// Why a clip could not be kept. One clear line each.
public enum RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The clip folder can't be made or written to.
    case folderNotWritable(path: String, reason: String)
    /// The camera's ring holds no packet that a clip could begin with.
    case nothingRecorded(camera: String)
    /// A clip's path would lead out of the clip folder.
    case badPath(String)
    /// The disk is full and nothing more may be deleted; cameras of higher priority still record.
    case paused(camera: String)
    /// Asked for a file or folder that can't be used so.
    case unusable(String)
    /// The recorder was closed before.
    case closed

    public var description: String {
        switch self {
        case .folderNotWritable(let path, let reason):
            "the clip folder \(path) can't be written (\(reason)): check that it exists, its owner and its disk, "
                + "or choose another for recording.directory"
        case .nothingRecorded(let camera): "\(camera): no video has come in yet, so there is nothing to keep"
        case .badPath(let path): "\(path): not a path below the clip folder; the database has been tampered with"
        case .paused(let camera):
            "\(camera): no clip, because the disk is full and other cameras have priority: free space, or shorten "
                + "recording.keep_days"
        case .unusable(let text): text
        case .closed: "recording has been stopped"
        }
    }
}
