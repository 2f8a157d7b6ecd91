import Foundation

/// What the system said when a file operation failed.
public struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var path: String
    /// `errno`.
    public var code: Int32

    public init(path: String, code: Int32) {
        self.path = path
        self.code = code
    }

    /// The system's words, for example "No space left on device".
    public var reason: String { String(cString: strerror(code)) }
    /// More room would help.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    public var description: String { "\(path): \(reason)" }
}
