import Foundation

extension ClipSidecar {
    /// How sidecars spell dates: ISO 8601 in UTC with milliseconds, `2026-05-28T12:02:31.480Z`.
    private static let dateStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// The file's content: keys in order, so that two sidecars can be compared line by line.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.formatted(Self.dateStyle))
        }
        return try encoder.encode(self)
    }

    /// Reads a file's content.
    /// - Throws: `DecodingError`.
    public init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = try? Self.dateStyle.parse(text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "\"\(text)\" is no date in the form 2026-05-28T12:02:31.480Z")
            }
            return date
        }
        self = try decoder.decode(ClipSidecar.self, from: json)
    }
}
