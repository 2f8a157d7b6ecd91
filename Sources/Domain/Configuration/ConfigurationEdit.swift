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
