/// Why a folder can't be evaluated.
public enum IncidentEvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAFolder(path: String)
    case noClips(path: String)

    public var description: String {
        switch self {
        case .notAFolder(let path): "\(path) is not a folder: give one that holds NAME.mp4 and NAME.json"
        case .noClips(let path): "\(path) holds no .mp4 clips: give a folder that holds NAME.mp4 and NAME.json"
        }
    }
}
