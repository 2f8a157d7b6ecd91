import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// The configuration file.
struct ConfigurationRoutes: Sendable {
    let api: APIRouter

    private struct TextBody: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable {
            case text, revision
            case dryRun = "dry_run"
        }
        var text: String
        var revision: String?
        var dryRun: Bool?

        func check() throws {
            try APIError.check(text, CodingKeys.text, length: 0...500_000)
            try APIError.check(revision, CodingKeys.revision, length: 0...100)
        }
    }

    private struct EditsBody: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable {
            case edits, revision
            case dryRun = "dry_run"
        }
        var edits: [Checked<Edit>]
        var revision: String?
        var dryRun: Bool?

        func check() throws {
            guard (1...100).contains(edits.count) else {
                throw APIError.invalid("\"edits\" must be a list of 1 to 100 edits.")
            }
            try APIError.check(revision, CodingKeys.revision, length: 0...100)
        }
    }

    private struct Edit: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case op, path, value }
        enum Operation: String, CaseIterable { case set, remove }
        static let nullable: Set<String> = ["value"]
        var edit: ConfigurationEdit

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            let path = try values.decode([Step].self, forKey: .path).map(\.step)
            guard (1...12).contains(path.count) else {
                throw APIError.invalid("An edit's \"path\" must be a list of 1 to 12 keys.")
            }
            switch try values.decode(Choice<Operation>.self, forKey: .op).value {
            case .remove: edit = ConfigurationEdit(path: path, value: nil)
            case .set:
                guard values.contains(.value) else { throw APIError.invalid("\"set\" needs a \"value\".") }
                edit = ConfigurationEdit(path: path, value: try values.decode(Value.self, forKey: .value).value)
            }
        }
    }

    /// A key or an index.
    private struct Step: Decodable {
        var step: ConfigurationEdit.Step

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let key = try? value.decode(String.self) {
                step = .key(key)
            } else if let index = try? value.decode(Int.self), (0...10_000).contains(index) {
                step = .index(index)
            } else {
                throw APIError.invalid("A \"path\" holds keys and indices.")
            }
        }
    }

    /// Any JSON, as what may stand in the file.
    private struct Value: Decodable {
        /// JSON has no order; the one in which the example lists them reads well.
        private static let order = ["id", "name", "kind", "type", "url", "username", "password"]
        var value: ConfigurationValue

        init(from decoder: any Decoder) throws {
            let one = try decoder.singleValueContainer()
            if one.decodeNil() {
                value = .null
            } else if let flag = try? one.decode(Bool.self) {
                value = .bool(flag)
            } else if let number = try? one.decode(Double.self) {
                value = .number(number)
            } else if let text = try? one.decode(String.self) {
                value = .text(text)
            } else if let list = try? one.decode([Value].self) {
                value = .list(list.map(\.value))
            } else {
                let section = try one.decode([String: Value].self).mapValues(\.value)
                if section.count == 1, case .text(let secret)? = section["secret"] {
                    value = .secret(secret)
                    return
                }
                func place(_ key: String) -> Int { Self.order.firstIndex(of: key) ?? Self.order.count }
                let entries = section.map { ConfigurationValue.Entry(key: $0.key, value: $0.value) }
                value = .section(entries.sorted { (place($0.key), $0.key) < (place($1.key), $1.key) })
            }
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
                call, try await editor().save(text: body.text, revision: body.revision, dryRun: body.dryRun ?? false),
                "save")
        }
        api.on(.post, "/configuration/edits", role: .admin) { call in
            let body = try await call.body(EditsBody.self)
            return await answer(
                call,
                try await editor().apply(
                    body.edits.map(\.body.edit), revision: body.revision, dryRun: body.dryRun ?? false),
                "edit")
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
