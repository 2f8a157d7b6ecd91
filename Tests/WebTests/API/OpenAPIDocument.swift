import Domain
import Foundation
import HTTPTypes
import Yams

@testable import Web

/// Sources/Web/Assets/api/openapi.yaml, and how an answer compares with it.
struct OpenAPIDocument {
    /// A value as JSON has it.
    typealias Object = [String: Any]

    private let root: Object

    init() throws {
        let text = try String(contentsOf: APISite.assets.appending(path: "api/openapi.yaml"), encoding: .utf8)
        root = try Yams.load(yaml: text) as? Object ?? [:]
    }

    private func described() -> [(path: String, method: String, operation: Object)] {
        let paths = root["paths"] as? [String: Object] ?? [:]
        return paths.flatMap { path, methods in
            methods.compactMap { method, value in
                (value as? Object).map { (path, method.uppercased(), $0) }
            }
        }
    }

    static func operations() throws -> Set<APIRouter.Operation> {
        Set(
            try OpenAPIDocument().described().map { path, method, operation in
                APIRouter.Operation(
                    method: method, path: path, role: (operation["x-role"] as? String).flatMap(Role.init(rawValue:)))
            })
    }

    // MARK: Answers

    /// The schema of a JSON answer.
    /// - Returns: Nil where the document has no such answer, or says that it is no JSON.
    func schema(_ method: HTTPRequest.Method, _ path: String, status: Int) -> Object? {
        let operation = described().first { $0.path == path && $0.method == method.rawValue }?.operation
        guard let answers = operation?["responses"] as? Object,
            let answer = (answers[String(status)] ?? answers["default"]) as? Object
        else { return nil }
        let content = resolved(answer)["content"] as? [String: Object]
        return content?["application/json"]?["schema"] as? Object
    }

    /// What success looks like, as `GET /health 200`, with whether it is JSON.
    func successes() -> [String: Bool] {
        var result: [String: Bool] = [:]
        for (path, method, operation) in described() {
            for (status, answer) in operation["responses"] as? [String: Object] ?? [:] where status.hasPrefix("2") {
                let content = resolved(answer)["content"] as? Object ?? [:]
                result["\(method) \(path) \(status)"] = content["application/json"] != nil
            }
        }
        return result
    }

    func component(_ name: String) -> Object { ["$ref": "#/components/schemas/\(name)"] }

    /// What is described once is one place, wherever it occurs.
    private func place(_ schema: Object, _ place: String) -> String {
        guard let reference = schema["$ref"] as? String, reference.hasPrefix("#/components/schemas/") else {
            return place
        }
        return String(reference.dropFirst("#/components/schemas/".count))
    }

    /// Follows `$ref`.
    private func resolved(_ schema: Object) -> Object {
        guard let reference = schema["$ref"] as? String else { return schema }
        let target = reference.split(separator: "/").dropFirst().reduce(root as Any?) { ($0 as? Object)?[String($1)] }
        return (target as? Object).map(resolved) ?? ["not": "found: \(reference)"]
    }

    /// A schema with all parts of an `allOf` put together.
    private func whole(_ schema: Object) -> Object {
        var result = resolved(schema)
        for part in result.removeValue(forKey: "allOf") as? [Object] ?? [] {
            let part = whole(part)
            let properties = (result["properties"] as? Object ?? [:]).merging(part["properties"] as? Object ?? [:]) {
                $1
            }
            let required = (result["required"] as? [String] ?? []) + (part["required"] as? [String] ?? [])
            result.merge(part) { $1 }
            result["properties"] = properties
            result["required"] = required
        }
        return result
    }

    // MARK: Comparing

    /// What in a value is not as the schema says, each as a sentence; empty when all is. An object may have none but the
    /// properties that the document names.
    /// - Parameter seen: Gets each property that occurs, as `Incident.zone`.
    func complaints(about value: Any, _ schema: Object, at place: String, seen: inout Set<String>) -> [String] {
        let place = self.place(schema, place), schema = whole(schema)
        for key in ["oneOf", "anyOf"] {
            guard let choices = schema[key] as? [Object] else { continue }
            var best: [String]?
            for choice in choices {
                var own = seen
                let complaints = complaints(about: value, choice, at: place, seen: &own)
                if complaints.isEmpty {
                    seen = own
                    return []
                }
                if complaints.count < best?.count ?? .max { best = complaints }
            }
            return best ?? []
        }
        let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
        if !types.isEmpty, !types.contains(where: { Self.isOf($0, value) }) {
            return ["\(place) is \(value), not \(types.joined(separator: " or "))"]
        }
        if let allowed = schema["enum"] as? [String], let text = value as? String, !allowed.contains(text) {
            return ["\(place) is \"\(text)\", none of \(allowed)"]
        }
        if schema["format"] as? String == "date-time", let text = value as? String, UTCText.anyDate(text) == nil {
            return ["\(place) is \"\(text)\", no date"]
        }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            return ["\(place) is \"\(text)\", not as \(pattern)"]
        }
        if let list = value as? [Any] {
            let count = list.count
            var result: [String] = []
            if let least = schema["minItems"] as? Int, count < least { result.append("\(place) has \(count) items") }
            if let most = schema["maxItems"] as? Int, count > most { result.append("\(place) has \(count) items") }
            guard let items = schema["items"] as? Object else { return result }
            return result + list.flatMap { complaints(about: $0, items, at: "\(place)[]", seen: &seen) }
        }
        guard let object = value as? Object, let properties = schema["properties"] as? [String: Object] else {
            return []
        }
        var result: [String] = []
        for key in schema["required"] as? [String] ?? [] where object[key] == nil {
            result.append("\(place).\(key) is missing")
        }
        for (key, value) in object {
            guard let property = properties[key] else {
                result.append("\(place).\(key) is not described")
                continue
            }
            if !(value is NSNull) { seen.insert("\(place).\(key)") }
            result += complaints(about: value, property, at: "\(place).\(key)", seen: &seen)
        }
        return result
    }

    /// Every property that values of a schema may have, by its place as in ``complaints(about:_:at:seen:)``.
    func places(_ schema: Object, at place: String) -> Set<String> {
        let place = self.place(schema, place), schema = whole(schema)
        var result: Set<String> = []
        for choice in (schema["oneOf"] ?? schema["anyOf"]) as? [Object] ?? [] {
            result.formUnion(places(choice, at: place))
        }
        if let items = schema["items"] as? Object { result.formUnion(places(items, at: "\(place)[]")) }
        for (key, property) in schema["properties"] as? [String: Object] ?? [:] {
            result.insert("\(place).\(key)")
            result.formUnion(places(property, at: "\(place).\(key)"))
        }
        return result
    }

    /// The names of all properties, of requests and answers.
    func names() -> Set<String> { Self.names(in: root) }

    private static func names(in value: Any) -> Set<String> {
        switch value {
        case let object as Object:
            let own = (object["properties"] as? Object).map { Set($0.keys) } ?? []
            return object.values.reduce(own) { $0.union(names(in: $1)) }
        case let list as [Any]: return list.reduce([]) { $0.union(names(in: $1)) }
        default: return []
        }
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        let number = value as? NSNumber
        // Numbers and flags come in one type.
        let isFlag = number.map { String(cString: $0.objCType) == "c" } ?? false
        return switch type {
        case "null": value is NSNull
        case "string": value is String
        case "boolean": isFlag
        case "integer": !isFlag && number.map { $0.doubleValue == $0.doubleValue.rounded() } ?? false
        case "number": !isFlag && number != nil
        case "array": value is [Any]
        case "object": value is Object
        default: false
        }
    }
}
