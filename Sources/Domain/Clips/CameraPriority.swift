/// Who records on when the disk is full and nothing more may be deleted.
public enum CameraPriority: String, Hashable, Sendable, Codable, CaseIterable {
    case low, normal, high
}
