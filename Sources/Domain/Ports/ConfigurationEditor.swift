/// Shows and changes the configuration file as a text: comments stay. Every call throws ``PortFailure`` when it can't be done.
public protocol ConfigurationEditor: Sendable {
    func current() async throws -> ConfigurationText
    /// The file as JSON without secrets.
    func valuesJSON() async throws -> String
    /// Looks at a text and, unless `dryRun`, saves it if it is valid.
    /// - Parameter revision: Of the text that was edited; a change meanwhile is a conflict. Nil doesn't look.
    func save(text: String, revision: String?, dryRun: Bool) async throws -> ConfigurationChange
    /// Puts values into the file.
    func apply(_ edits: [ConfigurationEdit], revision: String?, dryRun: Bool) async throws -> ConfigurationChange
    /// Puts back the text before the last change.
    func undo() async throws -> ConfigurationChange
    /// Puts what was saved into effect, as far as that goes while the daemon runs. Returns when it holds.
    func takeEffect() async
}

/// The file as it is.
public struct ConfigurationText: Hashable, Sendable {
    public var path: String
    public var revision: String
    /// Passwords in it are replaced by `<hidden>`.
    public var text: String
    public var isWritable: Bool
    /// Why not.
    public var reason: String?
    public var canUndo: Bool
    /// Sections whose change was saved and holds only after a restart.
    public var restartSections: [String]

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
    }
}

/// One value to put or take away.
public struct ConfigurationEdit: Hashable, Sendable {
    public enum Step: Hashable, Sendable {
        /// A key; of a list, the item with this `id` or `name`; `-` is behind the last item.
        case key(String)
        case index(Int)
    }

    public var path: [Step]
    /// Nil takes it away.
    public var value: ConfigurationValue?

    public init(path: [Step], value: ConfigurationValue?) {
        self.path = path
        self.value = value
    }
}

/// What may stand in the file.
public enum ConfigurationValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([ConfigurationValue])
    /// Keys in their order.
    case section([Entry])
    /// Goes to a file that only the daemon can read; the configuration names it.
    case secret(String)

    public struct Entry: Hashable, Sendable {
        public var key: String
        public var value: ConfigurationValue

        public init(key: String, value: ConfigurationValue) {
            self.key = key
            self.value = value
        }
    }
}

/// What a change would do, or did.
public struct ConfigurationChange: Hashable, Sendable {
    public struct Problem: Hashable, Sendable {
        public var line: Int
        public var column: Int
        public var message: String

        public init(line: Int, column: Int, message: String) {
            self.line = line
            self.column = column
            self.message = message
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
    public var restartSections: [String]

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
    }
}
