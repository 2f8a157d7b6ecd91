import Domain
import Foundation
internal import GRDB

/// Structured values in a column, as JSON with its keys in order.
enum RowJSON {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            throw StorageError.damaged(reason: "a column that holds JSON could not be read as \(Value.self)")
        }
    }
}

extension Row {
    func date(_ column: String) throws -> Date {
        guard let date = try optionalDate(column) else {
            throw StorageError.damaged(reason: "the date in \(column) is missing")
        }
        return date
    }

    func optionalDate(_ column: String) throws -> Date? {
        guard let text = self[column] as String? else { return nil }
        guard let date = UTCText.date(text) else {
            throw StorageError.damaged(reason: "the date in \(column) could not be read")
        }
        return date
    }
}
