import Yams

extension Node {
    /// Nothing, `~` or `null`.
    var isEmptyScalar: Bool {
        guard case .scalar(let scalar) = self, scalar.isPlain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What kind of value it is, for messages; never the value itself.
    var kindInWords: String {
        switch self {
        case .scalar: isEmptyScalar ? "nothing" : "a single value"
        case .mapping: "a section with keys"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

extension Node.Scalar {
    /// Whether it stands without quotes, so that it may be a number or a truth value.
    var isPlain: Bool { style == .plain || style == .any }

    /// The value as messages quote it: a quoted text in quotes, anything else as it stands.
    var inWords: String {
        let text = ReadingContext.clip(string)
        return isPlain ? text : "the text \"\(text)\""
    }
}

extension Node {
    /// Where it stands in the file.
    var position: Position? { mark.map(Position.init) }
}
