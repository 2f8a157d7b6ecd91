/// Why a configuration was refused: all mistakes of the file at once, in their order in the file.
public struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
    public var problems: [ConfigurationProblem]

    public init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    /// One line a mistake.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
