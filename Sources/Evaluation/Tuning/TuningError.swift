/// Why a grid can't be run, in words that say what to do.
public enum TuningError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownRule(String, known: [String])
    case unknownParameter(String, known: [String])
    case refusedValue(String, parameter: String)
    case tooManyCombinations(Int)

    public var description: String {
        switch self {
        case .unknownRule(let name, let known):
            "there is no rule \"\(name)\" to tune; rules: \(known.joined(separator: ", "))"
        case .unknownParameter(let name, let known):
            "the rule has no number \"\(name)\"; numbers: \(known.joined(separator: ", "))"
        case .refusedValue(let value, let parameter):
            "\(parameter) can't be \"\(value)\": write numbers with commas between"
        case .tooManyCombinations(let count):
            "\(count) combinations are too many; at most \(TuningGrid.maxCombinations): leave out values or parameters"
        }
    }
}
