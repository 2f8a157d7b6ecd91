import Domain
import Foundation

@testable import Web

/// The operations of Sources/Web/Assets/api/openapi.yaml: its lines are read by their indentation, which is all that the tests
/// need of it.
enum OpenAPIDocument {
    static func operations() throws -> Set<APIRouter.Operation> {
        let text = try String(
            contentsOf: APISite.assets.appending(path: "api/openapi.yaml"), encoding: .utf8)
        var result: Set<APIRouter.Operation> = []
        var path = ""
        var method: String?
        var isInPaths = false
        for line in text.split(separator: "\n") {
            if !line.hasPrefix(" ") { isInPaths = line == "paths:" }
            guard isInPaths else { continue }
            let indent = line.prefix { $0 == " " }.count
            let word = line.trimmingCharacters(in: .whitespaces)
            if indent == 2, word.hasPrefix("/"), word.hasSuffix(":") {
                path = String(word.dropLast())
            } else if indent == 4, ["get:", "put:", "post:", "patch:", "delete:"].contains(word) {
                method = String(word.dropLast()).uppercased()
            } else if indent == 6, word.hasPrefix("x-role: "), let verb = method {
                result.insert(
                    APIRouter.Operation(
                        method: verb, path: path, role: Role(rawValue: String(word.dropFirst("x-role: ".count)))))
                method = nil
            }
        }
        return result
    }
}
