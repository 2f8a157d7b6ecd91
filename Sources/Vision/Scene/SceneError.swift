/// Why something can't be followed.
public enum SceneError: Error, Equatable, CustomStringConvertible {
    /// Following what a person prompted takes a network, and none is loaded.
    case noNetwork
    case tooManyPrompts(limit: Int)

    public var description: String {
        switch self {
        case .noNetwork:
            "no network is loaded, so a prompted object can't be followed; check the models folder"
        case .tooManyPrompts(let limit):
            "\(limit) prompted objects are followed already, as many as allowed; end one first"
        }
    }
}
