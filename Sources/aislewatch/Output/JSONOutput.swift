import Foundation

/// Results for programs: one JSON object a line on standard output.
enum JSONOutput {
    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Writes at once, so that a reader at the other end of a pipe sees each incident when it happens.
    static func write(_ value: some Encodable) throws {
        FileHandle.standardOutput.write(Data((try line(value) + "\n").utf8))
    }
}
