/// Why a labelled set can't be measured.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
    /// The folder has not the expected form; `needed` says what is missing.
    case badFolder(path: String, needed: String)
    case annotationMissing(path: String)
    /// The annotation and its picture have different sizes, given as text.
    case sizesDiffer(path: String, picture: String, annotation: String)
    case noObject(path: String)
    /// The program ffmpeg, which changes films, is not installed.
    case noConverter
    /// ffmpeg could not change a film; with what it said.
    case notConverted(reason: String)
    /// Not one of the films could be played.
    case nothingPlayed(reason: String)

    public var description: String {
        switch self {
        case .badFolder(let path, let needed): "\(path) can't be measured: it needs \(needed)"
        case .annotationMissing(let path): "annotation \(path) is missing"
        case .sizesDiffer(let path, let picture, let annotation):
            "annotation \(path) is \(annotation), its picture \(picture)"
        case .noObject(let path): "annotation \(path) marks no object"
        case .noConverter: "the program ffmpeg is needed to change films; install it (apt-get install ffmpeg)"
        case .notConverted(let reason): "ffmpeg could not change the film: \(reason)"
        case .nothingPlayed(let reason): "none of the films could be played: \(reason)"
        }
    }
}

/// How far an evaluation is, after each item.
public struct EvaluationProgress: Hashable, Sendable {
    /// Items done, this one included.
    public var done: Int
    public var total: Int
    /// The item's name and its result in a few words.
    public var name: String
    public var result: String

    public init(done: Int, total: Int, name: String, result: String) {
        self.done = done
        self.total = total
        self.name = name
        self.result = result
    }
}
