import Domain
import Foundation

/// What a request's body holds, in JSON. A key that means nothing is a mistake of the sender, better named than ignored; null
/// stands only for what may be taken away.
protocol APIBody: Decodable {
    /// The keys that may come.
    associatedtype CodingKeys: CodingKey & CaseIterable
    /// Of those, the ones that may be null.
    static var nullable: Set<String> { get }
    /// Looks at what types alone can't say.
    /// - Throws: ``APIError``.
    func check() throws
}

extension APIBody {
    static var nullable: Set<String> { [] }

    func check() throws {}

    /// - Throws: ``APIError`` with what is wrong and what is allowed.
    static func decode(_ data: Data) throws -> Self {
        do {
            return try JSONDecoder().decode(Checked<Self>.self, from: data).body
        } catch let error as DecodingError {
            throw APIError.wrongBody(error)
        }
    }
}

/// A body, or a part of one, that holds none but its own keys.
struct Checked<Body: APIBody>: Decodable {
    var body: Body

    init(from decoder: any Decoder) throws {
        let all = try decoder.container(keyedBy: AnyKey.self)
        let known = Body.CodingKeys.allCases.map(\.stringValue)
        for key in all.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            guard known.contains(key.stringValue) else {
                let place = decoder.codingPath.isEmpty ? "here" : "in \"\(decoder.codingPath.path)\""
                throw APIError.invalid(
                    "\"\(key.stringValue.prefix(60))\" means nothing \(place); allowed: \(known.sorted().joined(separator: ", "))."
                )
            }
            if !Body.nullable.contains(key.stringValue), try all.decodeNil(forKey: key) {
                throw APIError.invalid("\"\(key.stringValue)\" must not be null.")
            }
        }
        body = try Body(from: decoder)
        try body.check()
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// One of few words; another one is refused with those that are allowed.
struct Choice<Value: RawRepresentable & CaseIterable & Sendable>: Decodable, Sendable where Value.RawValue == String {
    var value: Value

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Value(rawValue: text) else {
            let all = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError.invalid("\"\(decoder.codingPath.path)\" must be one of \(all).")
        }
        self.value = value
    }
}

extension APIError {
    /// - Parameter length: In characters.
    static func check(_ text: String?, _ key: some CodingKey, length: ClosedRange<Int>) throws {
        guard let text, !length.contains(text.unicodeScalars.count) else { return }
        throw invalid(
            "\"\(key.stringValue)\" must be a text of \(length.lowerBound) to \(length.upperBound) characters.")
    }

    /// - Parameter isAbove: The lower bound itself is not allowed.
    static func check<Number: Comparable>(
        _ number: Number?, _ key: some CodingKey, _ range: ClosedRange<Number>, isAbove: Bool = false
    ) throws {
        guard let number, !range.contains(number) || isAbove && number == range.lowerBound else { return }
        throw invalid("\"\(key.stringValue)\" must be a number from \(range.lowerBound) to \(range.upperBound).")
    }

    fileprivate static func wrongBody(_ error: DecodingError) -> APIError {
        switch error {
        case .keyNotFound(let key, _): return invalid("\"\(key.stringValue)\" is missing.")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            guard !context.codingPath.isEmpty else { break }
            return invalid("\"\(context.codingPath.path)\" must be \(words(for: type)).")
        case .dataCorrupted(let context):
            // What is no JSON comes with an error below; a number that doesn't fit a whole one comes without its place.
            if context.underlyingError != nil { break }
            return invalid(
                context.codingPath.isEmpty
                    ? "A number is not a whole one, or too large." : "\"\(context.codingPath.path)\" can't be read.")
        @unknown default: break
        }
        return invalid("The body is no JSON object.")
    }

    private static func words(for type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is Double.Type: "a number"
        case is any BinaryInteger.Type: "a whole number"
        case is [Any].Type: "a list"
        default: "an object"
        }
    }
}

extension [any CodingKey] {
    /// As in `click.positive[0]`.
    var path: String {
        reduce("") { text, key in
            key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
        }
    }
}
