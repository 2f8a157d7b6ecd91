/// One mistake in a configuration file: where it is, what was found, what is allowed.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The file's path as it was given.
    public var file: String
    /// Line and column, both from 1, columns in Unicode scalars.
    public var line: Int
    public var column: Int
    /// What was found; never a secret.
    public var found: String
    /// What is allowed instead, or what to do.
    public var allowed: String
    /// The nearest right key or value.
    public var suggestion: String?

    public init(file: String, line: Int, column: Int, found: String, allowed: String, suggestion: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.found = found
        self.allowed = allowed
        self.suggestion = suggestion
    }

    /// One line, in the form that editors and CI systems turn into a link.
    public var description: String {
        "\(file):\(line):\(column): \(found); \(allowed)" + (suggestion.map { "; did you mean \"\($0)\"?" } ?? "")
    }
}

/// Why a configuration was refused: all mistakes of the file at once, in their order in the file.
public struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
    public var problems: [ConfigurationProblem]

    public init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    /// One line a mistake.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
