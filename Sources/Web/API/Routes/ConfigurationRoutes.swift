import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// The configuration file.
struct ConfigurationRoutes: Sendable {
    let api: APIRouter

    private struct TextBody: APIBody {
        static let keys: Set<String> = ["text", "revision", "dry_run"]
        var text: String
        var revision: String?
        var dryRun: Bool

        init(reading json: JSONReader) throws {
            text = try json.text("text", length: 0...500_000)
            revision = try json.optionalText("revision", length: 0...100)
            dryRun = try json.flag("dry_run") ?? false
        }
    }

    private struct EditsBody: APIBody {
        static let keys: Set<String> = ["edits", "revision", "dry_run"]
        var edits: [ConfigurationEdit]
        var revision: String?
        var dryRun: Bool

        init(reading json: JSONReader) throws {
            guard let list = try json.list("edits", max: 100), !list.isEmpty else {
                throw APIError.invalid("\"edits\" must be a list of 1 to 100 edits.")
            }
            edits = try list.map(Self.edit)
            revision = try json.optionalText("revision", length: 0...100)
            dryRun = try json.flag("dry_run") ?? false
        }

        private static func edit(_ value: JSONValue) throws -> ConfigurationEdit {
            guard case .section(let section) = value else { throw APIError.invalid("An edit must be an object.") }
            guard case .list(let path)? = section["path"], (1...12).contains(path.count) else {
                throw APIError.invalid("An edit's \"path\" must be a list of 1 to 12 keys.")
            }
            let steps = try path.map { step -> ConfigurationEdit.Step in
                switch step {
                case .text(let key): return .key(key)
                case .integer(let index) where (0...10_000).contains(index): return .index(Int(index))
                default: throw APIError.invalid("A \"path\" holds keys and indices.")
                }
            }
            switch section["op"]?.text {
            case "remove": return ConfigurationEdit(path: steps, value: nil)
            case "set":
                guard let value = section["value"] else { throw APIError.invalid("\"set\" needs a \"value\".") }
                return ConfigurationEdit(path: steps, value: ConfigurationRoutes.value(value))
            default: throw APIError.invalid("An edit's \"op\" must be set or remove.")
            }
        }
    }

    private static func value(_ json: JSONValue) -> ConfigurationValue {
        switch json {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .number(Double(value))
        case .number(let value): return .number(value)
        case .text(let value): return .text(value)
        case .list(let values): return .list(values.map(value))
        case .section(let section):
            if section.count == 1, let secret = section["secret"]?.text { return .secret(secret) }
            // JSON has no order; the one in which the example lists them reads well.
            let order = ["id", "name", "kind", "type", "url", "username", "password"]
            let keys = section.keys.sorted { first, second in
                (order.firstIndex(of: first) ?? order.count, first)
                    < (order.firstIndex(of: second) ?? order.count, second)
            }
            return .section(
                keys.map { ConfigurationValue.Entry(key: $0, value: value(section[$0] ?? .null)) })
        }
    }

    private struct TextView: Encodable {
        var path: String
        var revision: String
        var text: String
        var writable: Bool
        var reason: String?
        var canUndo: Bool
        var restartNeeded: Bool
        var restartSections: [String]

        init(_ text: ConfigurationText) {
            path = text.path
            revision = text.revision
            self.text = text.text
            writable = text.isWritable
            reason = text.reason
            canUndo = text.canUndo
            restartNeeded = !text.restartSections.isEmpty
            restartSections = text.restartSections
        }
    }

    private struct ChangeView: Encodable {
        struct Problem: Encodable {
            var line: Int
            var column: Int
            var message: String
        }

        var valid: Bool
        var saved: Bool
        var problems: [Problem]
        var diff: String
        var revision: String
        var text: String
        var restartNeeded: Bool
        var restartSections: [String]

        init(_ change: ConfigurationChange) {
            valid = change.isValid
            saved = change.isSaved
            problems = change.problems.map { Problem(line: $0.line, column: $0.column, message: $0.message) }
            diff = change.diff
            revision = change.revision
            text = change.text
            restartNeeded = !change.restartSections.isEmpty
            restartSections = change.restartSections
        }
    }

    func add() {
        api.on(.get, "/configuration", role: .admin) { _ in .json(TextView(try await editor().current())) }
        api.on(.get, "/configuration/values", role: .admin) { _ in
            Response(
                status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: try await editor().valuesJSON())))
        }
        api.on(.put, "/configuration", role: .admin) { call in
            let body = try await call.body(TextBody.self)
            return await answer(
                call, try await editor().save(text: body.text, revision: body.revision, dryRun: body.dryRun), "save")
        }
        api.on(.post, "/configuration/edits", role: .admin) { call in
            let body = try await call.body(EditsBody.self)
            return await answer(
                call, try await editor().apply(body.edits, revision: body.revision, dryRun: body.dryRun), "edit")
        }
        api.on(.post, "/configuration/undo", role: .admin) { call in
            await answer(call, try await editor().undo(), "undo")
        }
    }

    private func editor() throws -> any ConfigurationEditor {
        guard let editor = api.services.editor else {
            throw APIError.notAvailable("The configuration can't be seen from here.")
        }
        return editor
    }

    private func answer(_ call: APICall, _ change: ConfigurationChange, _ what: String) async -> Response {
        if change.isSaved {
            // Whoever hears of the change finds it in effect.
            await api.services.editor?.takeEffect()
            await api.audit(call, "configuration.\(what)", "configuration", change.diff)
            api.services.hub.publish(.configuration(revision: change.revision))
        }
        return .json(ChangeView(change), status: change.isValid ? .ok : .unprocessableContent)
    }
}
