import Foundation
import HTTPTypes
import Hummingbird

extension Response {
    /// An answer in JSON: keys in snake case, dates in ISO 8601 with milliseconds.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        guard let bytes = try? APIJSON.data(value) else { return Response(status: .internalServerError) }
        return Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Nothing to say.
    static var done: Response { Response(status: .noContent) }
}

/// How the API spells values.
enum APIJSON {
    private static let dateStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    static func data(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.formatted(dateStyle))
        }
        return try encoder.encode(value)
    }

    /// RFC 3339, with or without fractions of a second, with `Z` or an offset.
    static func date(_ text: String) -> Date? {
        let plain = Date.ISO8601FormatStyle()
        return (try? dateStyle.parse(text)) ?? (try? plain.parse(text))
    }
}
