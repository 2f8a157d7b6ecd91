import Domain

/// Something that `check` found wrong, and what can be done about it.
public struct ClipFinding: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable {
        /// A finished clip's video is not there.
        case missingVideo = "missing_video"
        /// It has another size or content than its row says.
        case changedVideo = "changed_video"
        case missingPoster = "missing_poster"
        case missingSidecar = "missing_sidecar"
        /// Begun and never ended, and nobody is recording.
        case unfinished
        /// Its deletion was begun and not ended.
        case halfDeleted = "half_deleted"
        /// Left by a write that was cut off.
        case leftover
        /// No row knows it. Never deleted.
        case unknownFile = "unknown_file"
        /// Inside the database.
        case database
    }

    public enum Repair: String, Hashable, Sendable, Codable {
        /// Nothing was tried (no `--repair`, or a dry run).
        case notTried = "not_tried"
        case done
        /// It can't be repaired by a program; the text says what to do.
        case impossible
        case failed
    }

    public var kind: Kind
    public var clip: ClipID?
    /// Below the clip folder.
    public var path: String?
    /// What it means and what a repair does.
    public var text: String
    public var repair = Repair.notTried

    /// Whether something is wrong: an unknown file may well be somebody's.
    public var isProblem: Bool { kind != .unknownFile }
}
