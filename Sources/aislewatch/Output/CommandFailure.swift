/// A command that failed: one line that says what is wrong and what to do. Exit status 1.
struct CommandFailure: Error, CustomStringConvertible {
    /// Printed behind `error: `; nothing is printed when empty (the command has said it already).
    let message: String

    init(_ message: String = "") { self.message = message }

    var description: String { message }
}
