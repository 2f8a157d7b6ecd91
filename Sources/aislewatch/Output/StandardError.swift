import Foundation

/// Lines for people; standard output belongs to results.
enum StandardError {
    static func write(_ line: String, terminator: String = "\n") {
        FileHandle.standardError.write(Data((line + terminator).utf8))
    }

    /// Whether a person watches (a terminal), so that a moving progress bar makes sense.
    static var isTerminal: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }
}
