/// Reads a JSON object key by key and says which value is wrong and what is allowed.
struct JSONReader {
    private let values: [String: JSONValue]

    init(_ values: [String: JSONValue]) { self.values = values }

    func has(_ key: String) -> Bool { values[key].map { $0 != .null } ?? false }

    func raw(_ key: String) -> JSONValue? { values[key] }

    /// - Parameter length: In characters.
    func text(_ key: String, length: ClosedRange<Int>) throws -> String {
        guard let text = try optionalText(key, length: length) else { throw APIError.invalid("\"\(key)\" is missing.") }
        return text
    }

    func optionalText(_ key: String, length: ClosedRange<Int>, nullable: Bool = false) throws -> String? {
        guard let value = values[key], !(nullable && value == .null) else { return nil }
        guard let text = value.text, length.contains(text.unicodeScalars.count) else {
            throw APIError.invalid(
                "\"\(key)\" must be a text of \(length.lowerBound) to \(length.upperBound) characters.")
        }
        return text
    }

    func number(_ key: String, _ range: ClosedRange<Double>, above: Double? = nil) throws -> Double? {
        guard let value = values[key] else { return nil }
        guard let number = value.double, range.contains(number), above.map({ number > $0 }) ?? true else {
            throw APIError.invalid("\"\(key)\" must be a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    func integer(_ key: String, _ range: ClosedRange<Int64>) throws -> Int64? {
        guard let value = values[key] else { return nil }
        guard let integer = value.int64, range.contains(integer)
        else {
            throw APIError.invalid("\"\(key)\" must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return integer
    }

    func flag(_ key: String) throws -> Bool? {
        guard let value = values[key] else { return nil }
        guard case .bool(let flag) = value else {
            throw APIError.invalid("\"\(key)\" must be true or false.")
        }
        return flag
    }

    func choice<Value: RawRepresentable & CaseIterable>(
        _ key: String, as type: Value.Type
    ) throws -> Value? where Value.RawValue == String {
        guard let value = values[key] else { return nil }
        guard let text = value.text, let choice = Value(rawValue: text) else {
            throw APIError.invalid(
                "\"\(key)\" must be one of \(Value.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return choice
    }

    func list(_ key: String, max: Int) throws -> [JSONValue]? {
        guard let value = values[key] else { return nil }
        guard case .list(let list) = value, list.count <= max else {
            throw APIError.invalid("\"\(key)\" must be a list of at most \(max).")
        }
        return list
    }

    func section(_ key: String, keys: Set<String>) throws -> JSONReader? {
        guard let value = values[key] else { return nil }
        guard case .section(let section) = value else { throw APIError.invalid("\"\(key)\" must be an object.") }
        if let unknown = section.keys.sorted().first(where: { !keys.contains($0) }) {
            throw APIError.invalid("\"\(unknown.prefix(60))\" means nothing in \"\(key)\".")
        }
        return JSONReader(section)
    }
}
