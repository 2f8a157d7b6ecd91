/// Why a labelled set can't be measured.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
    /// The folder has not the expected form; `needed` says what is missing.
    case badFolder(path: String, needed: String)
    case annotationMissing(path: String)
    /// The annotation and its picture have different sizes, given as text.
    case sizesDiffer(path: String, picture: String, annotation: String)
    case noObject(path: String)

    public var description: String {
        switch self {
        case .badFolder(let path, let needed): "\(path) can't be measured: it needs \(needed)"
        case .annotationMissing(let path): "annotation \(path) is missing"
        case .sizesDiffer(let path, let picture, let annotation):
            "annotation \(path) is \(annotation), its picture \(picture)"
        case .noObject(let path): "annotation \(path) marks no object"
        }
    }
}
