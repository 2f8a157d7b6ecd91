import Media

/// A command that failed: one line that says what is wrong and what to do.
struct CommandFailure: Error, CustomStringConvertible {
    /// Printed behind `error: `; nothing is printed when empty (the command has said it already).
    let message: String

    /// The exit status.
    let status: Int32

    init(_ message: String = "", status: Int32 = 1) {
        self.message = message
        self.status = status
    }

    /// A video file breaks off: what could be read was judged, and that is said.
    static func breaksOff(_ fileBreak: FileBreak) -> CommandFailure {
        StandardError.write("warning: \(fileBreak)")
        return CommandFailure(status: 3)
    }

    var description: String { message }

    /// Errors of the rooms describe themselves in one line; that line is the failure's.
    static func wrapping<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// The same for what does not wait.
    static func wrapping<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
