import Foundation

/// What chat services share.
enum ChatText {
    /// A JSON body.
    static func json(_ value: some Encodable) throws(AlertError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(value)
        } catch {
            throw .permanent(reason: "the message can't be told in JSON")
        }
    }

    /// One line for a header: line breaks and control characters would begin another header.
    static func line(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }

    /// RFC 2047's encoded word where the text is not plain ASCII: header values have no other alphabet.
    static func encodedWord(_ text: String) -> String {
        let line = line(text)
        guard line.utf8.contains(where: { $0 >= 0x80 }) else { return line }
        return "=?UTF-8?B?" + Data(line.utf8).base64EncodedString() + "?="
    }
}
