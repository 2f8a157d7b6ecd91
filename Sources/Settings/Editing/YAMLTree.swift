import Domain
import Yams

/// A YAML document's content without its form: what an edit must leave alike, and what it must change.
indirect enum YAMLTree: Hashable {
    case nothing
    case text(String)
    case list([YAMLTree])
    case section([Entry])

    struct Entry: Hashable {
        var key: String
        var value: YAMLTree
    }

    init(_ node: Node?) {
        switch node {
        case nil: self = .nothing
        case .scalar(let scalar)?: self = node?.isNothing == true ? .nothing : .text(scalar.string)
        case .alias?: self = .text("*")
        case .sequence(let sequence)?: self = .list(sequence.map { YAMLTree($0) })
        case .mapping(let mapping)?:
            self = .section(mapping.map { Entry(key: $0.key.string ?? "", value: YAMLTree($0.value)) })
        }
    }

    init(_ value: ConfigurationValue) {
        switch value {
        case .null: self = .text("null")
        case .bool(let flag): self = .text(flag ? "true" : "false")
        case .number(let number): self = .text(YAMLText.number(number))
        case .text(let text), .secret(let text): self = .text(text)
        case .list(let values): self = .list(values.map { YAMLTree($0) })
        case .section(let entries): self = .section(entries.map { Entry(key: $0.key, value: YAMLTree($0.value)) })
        }
    }

    /// Which item of a list a step means.
    static func index(of step: ConfigurationEdit.Step, in names: [String?], count: Int) -> Int? {
        switch step {
        case .index(let index): index < count ? index : nil
        case .key(let name): names.firstIndex { $0 == name }
        }
    }

    /// A section or list without anything in it.
    var isEmpty: Bool { self == .list([]) || self == .section([]) }

    /// What people call a list's item: its `id`, else its `name`.
    var itemName: String? {
        guard case .section(let entries) = self else { return nil }
        for key in ["id", "name"] {
            if case .text(let text)? = entries.first(where: { $0.key == key })?.value { return text }
        }
        return nil
    }

    /// The document with a value put at a place, or taken away.
    /// - Returns: nil when there is no such place.
    func setting(_ path: ArraySlice<ConfigurationEdit.Step>, to value: YAMLTree?) -> YAMLTree? {
        guard let step = path.first else { return value ?? .nothing }
        let rest = path.dropFirst()
        if case .list(var items) = self {
            if case .key("-") = step, rest.isEmpty, let value { return .list(items + [value]) }
            guard let index = Self.index(of: step, in: items.map(\.itemName), count: items.count) else { return nil }
            if rest.isEmpty, value == nil {
                items.remove(at: index)
                return .list(items)
            }
            guard let changed = items[index].setting(rest, to: value) else { return nil }
            items[index] = changed
            return .list(items)
        }
        if case .key("-") = step, case .nothing = self, rest.isEmpty, let value { return .list([value]) }
        var entries: [Entry]
        switch self {
        case .section(let own): entries = own
        case .nothing: entries = []
        default: return nil
        }
        guard case .key(let key) = step else { return nil }
        if let index = entries.firstIndex(where: { $0.key == key }) {
            if rest.isEmpty, value == nil {
                entries.remove(at: index)
                return .section(entries)
            }
            guard let changed = entries[index].value.setting(rest, to: value) else { return nil }
            entries[index].value = changed
        } else {
            guard value != nil, let made = YAMLTree.nothing.setting(rest, to: value) else { return nil }
            entries.append(Entry(key: key, value: made))
        }
        return .section(entries)
    }
}
