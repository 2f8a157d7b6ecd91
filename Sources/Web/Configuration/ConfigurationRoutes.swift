public import Domain
public import Foundation
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

    private struct GoBackBody: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable {
            case revision
            case dryRun = "dry_run"
        }
        var revision: String?
        var dryRun: Bool?

        func check() throws { try APIError.check(revision, CodingKeys.revision, length: 0...100) }
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
        private static let order = [
            "id", "name", "kind", "type", "url", "username", "password", "after_minutes", "channels", "line",
            "direction", "zones", "zone_kinds", "polygon", "min_height", "min_seconds", "cameras", "kinds",
            "min_severity", "severity", "review", "days", "from", "to", "first", "then", "within_seconds", "when",
            "sees", "rule", "zone", "keep_days", "picture", "foot", "head", "metres",
        ]
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

    func add() {
        api.on(.get, "/configuration", role: .admin) { _ in .json(try await editor().current()) }
        api.on(.get, "/configuration/values", role: .admin) { _ in try await json(editor().valuesJSON()) }
        api.on(.get, "/configuration/settings", role: .admin) { _ in try json(editor().settingsJSON) }
        api.on(.put, "/configuration", role: .admin) { call in
            let body = try await call.body(TextBody.self)
            return await answer(
                call,
                try await editor().save(
                    text: body.text, revision: body.revision, dryRun: body.dryRun ?? false, by: call.principal.name),
                "save")
        }
        api.on(.post, "/configuration/edits", role: .admin) { call in
            let body = try await call.body(EditsBody.self)
            return await answer(
                call,
                try await editor().apply(
                    body.edits.map(\.body.edit), revision: body.revision, dryRun: body.dryRun ?? false,
                    by: call.principal.name),
                "edit")
        }
        api.on(.post, "/configuration/undo", role: .admin) { call in
            await answer(call, try await editor().undo(by: call.principal.name), "undo")
        }
        api.on(.get, "/configuration/history", role: .admin) { _ in
            struct Versions: Encodable { var versions: [ConfigurationVersion] }
            return .json(Versions(versions: try await editor().versions()))
        }
        api.on(.delete, "/configuration/history", role: .admin) { call in
            try await editor().forgetVersions()
            await api.audit(call, "configuration.forget", "configuration")
            return Response.done
        }
        api.on(.post, "/configuration/history/{version}", role: .admin) { call in
            let body = try await call.body(GoBackBody.self)
            guard let number = Int(call.parameter("version")) else {
                throw APIError.notFound("There is no such version.")
            }
            return await answer(
                call,
                try await editor().goBack(
                    to: number, revision: body.revision, dryRun: body.dryRun ?? false, by: call.principal.name),
                "go back")
        }
    }

    private func json(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
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
        return .json(change, status: change.isValid ? .ok : .unprocessableContent)
    }
}

/// Shows and changes the configuration file as a text: comments stay. Every call throws ``PortFailure`` when it can't be done.
public protocol ConfigurationEditor: Sendable {
    func current() async throws -> ConfigurationText
    /// The file as JSON without secrets.
    func valuesJSON() async throws -> String
    /// All that the file may say, as JSON: see docs/api.md.
    var settingsJSON: String { get }
    /// Looks at a text and, unless `dryRun`, saves it if it is valid.
    /// - Parameter revision: Of the text that was edited; a change meanwhile is a conflict. Nil doesn't look.
    /// - Parameter by: Who it is, for the history.
    func save(text: String, revision: String?, dryRun: Bool, by: String) async throws -> ConfigurationChange
    /// Puts values into the file.
    func apply(
        _ edits: [ConfigurationEdit], revision: String?, dryRun: Bool, by: String
    ) async throws -> ConfigurationChange
    /// Puts back the text before the last change; again, the one before that.
    func undo(by: String) async throws -> ConfigurationChange
    /// The texts that the file had, newest first.
    func versions() async throws -> [ConfigurationVersion]
    /// Puts back an earlier text.
    func goBack(to number: Int, revision: String?, dryRun: Bool, by: String) async throws -> ConfigurationChange
    /// Forgets all earlier texts.
    func forgetVersions() async throws
    /// Puts what was saved into effect, as far as that goes while the daemon runs. Returns when it holds.
    func takeEffect() async
}

/// The file as it is.
public struct ConfigurationText: Hashable, Sendable, Encodable {
    private enum CodingKeys: String, CodingKey {
        case path, revision, text, reason, canUndo, restartNeeded, restartSections
        case isWritable = "writable"
    }

    public var path: String
    public var revision: String
    /// Passwords in it are replaced by `<hidden>`.
    public var text: String
    public var isWritable: Bool
    /// Why not.
    public var reason: String?
    public var canUndo: Bool
    /// Sections whose change was saved and holds only after a restart.
    public let restartSections: [String]
    private let restartNeeded: Bool

    public init(
        path: String, revision: String, text: String, isWritable: Bool, reason: String?, canUndo: Bool,
        restartSections: [String]
    ) {
        self.path = path
        self.revision = revision
        self.text = text
        self.isWritable = isWritable
        self.reason = reason
        self.canUndo = canUndo
        self.restartSections = restartSections
        restartNeeded = !restartSections.isEmpty
    }
}

/// A text that the file had.
public struct ConfigurationVersion: Hashable, Sendable, Encodable {
    private enum CodingKeys: String, CodingKey {
        case number, at, by, how, again, diff
        case isCurrent = "current"
    }

    public enum Origin: String, Hashable, Sendable, Codable {
        /// What was there before anything was changed here.
        case first
        case saved
        case undone
        case wentBack = "went_back"
        case byHand = "by_hand"
    }

    /// 0 for a text that was written by hand after the last change here.
    public var number: Int
    /// When it was saved.
    public var at: Date
    /// Who saved it; nil when it was written by hand.
    public var by: String?
    public var how: Origin
    /// The version that it is again.
    public var again: Int?
    public var isCurrent: Bool
    /// From the one before it, without secrets.
    public var diff: String

    public init(
        number: Int, at: Date, by: String?, how: Origin, again: Int?, isCurrent: Bool, diff: String
    ) {
        self.number = number
        self.at = at
        self.by = by
        self.how = how
        self.again = again
        self.isCurrent = isCurrent
        self.diff = diff
    }
}

/// What a change would do, or did.
public struct ConfigurationChange: Hashable, Sendable, Encodable {
    private enum CodingKeys: String, CodingKey {
        case problems, diff, revision, text, restartNeeded, restartSections
        case isValid = "valid"
        case isSaved = "saved"
    }

    public struct Problem: Hashable, Sendable, Encodable {
        private enum CodingKeys: CodingKey { case line, column, path, message }

        public var line: Int
        public var column: Int
        /// What stands there: keys, and numbers of lists' items. Empty where it isn't known.
        public var path: [ConfigurationEdit.Step]
        public var message: String

        public init(line: Int, column: Int, path: [ConfigurationEdit.Step], message: String) {
            self.line = line
            self.column = column
            self.path = path
            self.message = message
        }

        public func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(line, forKey: .line)
            try values.encode(column, forKey: .column)
            var steps = values.nestedUnkeyedContainer(forKey: .path)
            for step in path {
                switch step {
                case .key(let key): try steps.encode(key)
                case .index(let index): try steps.encode(index)
                }
            }
            try values.encode(message, forKey: .message)
        }
    }

    /// No problems.
    public var isValid: Bool
    public var isSaved: Bool
    public var problems: [Problem]
    /// Unified, without secrets.
    public var diff: String
    /// Of the file now.
    public var revision: String
    /// The text as it is or would be, without secrets.
    public var text: String
    /// Sections whose change holds, or would hold, only after a restart.
    public let restartSections: [String]
    private let restartNeeded: Bool

    public init(
        isValid: Bool, isSaved: Bool, problems: [Problem], diff: String, revision: String, text: String,
        restartSections: [String]
    ) {
        self.isValid = isValid
        self.isSaved = isSaved
        self.problems = problems
        self.diff = diff
        self.revision = revision
        self.text = text
        self.restartSections = restartSections
        restartNeeded = !restartSections.isEmpty
    }
}

// MARK: - Channels

/// Sends test messages, so that nobody learns from a silence that a channel was set up wrongly.
public protocol ChannelTester: Sendable {
    /// Names and types, in the order of the configuration.
    func channels() -> [(name: String, type: String)]
    /// - Returns: What the provider said, in words.
    /// - Throws: ``PortFailure/notFound(_:)``.
    func test(channel: String) async throws -> TestOutcome
}

/// The channels by which alerts are sent.
struct ChannelRoutes: Sendable {
    let api: APIRouter

    func add() {
        let services = api.services
        api.on(.get, "/channels", role: .operator) { _ in
            struct Channel: Encodable {
                var name: String
                var type: String
            }
            struct Channels: Encodable { var channels: [Channel] }
            let all = services.channels?.channels() ?? []
            return .json(Channels(channels: all.map { Channel(name: $0.name, type: $0.type) }))
        }
        api.on(.post, "/channels/{channel}/test", role: .admin) { call in
            struct View: Encodable {
                var ok: Bool
                var message: String
            }
            guard let tester = services.channels else { throw APIError.notAvailable("No channel can be tried here.") }
            let name = call.parameter("channel")
            let outcome = try await tester.test(channel: name)
            await api.audit(call, "channel.test", name, outcome.isOK ? "sent" : outcome.message)
            return .json(View(ok: outcome.isOK, message: outcome.message))
        }
    }
}
