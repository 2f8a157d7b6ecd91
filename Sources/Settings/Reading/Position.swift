import Yams

/// A place in the file: line and column, both from 1, columns in Unicode scalars.
struct Position: Hashable, Comparable {
    var line: Int
    var column: Int

    static let start = Position(line: 1, column: 1)

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }

    static func < (lhs: Position, rhs: Position) -> Bool { (lhs.line, lhs.column) < (rhs.line, rhs.column) }
}

/// A value and where it stands in the file.
struct Marked<Value> {
    var value: Value
    var mark: Position
}

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
