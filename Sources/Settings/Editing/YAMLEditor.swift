public import Domain
import Yams

/// Changes values in a YAML text and leaves everything else as it stands: comments, order, quotes, empty lines.
///
/// The new text is spliced in at the marks of the parser's nodes, and then read again: when anything but the wanted place
/// has changed, the edit is refused instead.
public enum YAMLEditor {
    /// - Throws: ``PortFailure/invalid(_:)`` when there is no such place, or it can't be changed safely.
    public static func apply(_ edits: [ConfigurationEdit], to text: String) throws -> String {
        try edits.reduce(text) { text, edit in
            try steps(edit, text).reduce(text) { try applyOne($1, to: $0) }
        }
    }

    /// An edit that replaces a section or list by another as smaller edits, so that comments in between stay.
    private static func steps(_ edit: ConfigurationEdit, _ text: String) throws -> [ConfigurationEdit] {
        guard let value = edit.value, let root = try? Yams.compose(yaml: text), let old = find(edit.path[...], root)
        else { return [edit] }
        let result = smaller(edit.path, YAMLTree(old), value)
        // The sum must be what was asked for.
        var tree: YAMLTree? = YAMLTree(root)
        for step in result { tree = tree?.setting(step.path[...], to: step.value.map { YAMLTree($0) }) }
        return tree != nil && tree == YAMLTree(root).setting(edit.path[...], to: YAMLTree(value)) ? result : [edit]
    }

    private static func smaller(
        _ path: [ConfigurationEdit.Step], _ old: YAMLTree, _ new: ConfigurationValue
    ) -> [ConfigurationEdit] {
        if old == YAMLTree(new) { return [] }
        switch (old, new) {
        case (.section(let before), .section(let after)) where !after.isEmpty:
            var edits: [ConfigurationEdit] = []
            for entry in after {
                let place = path + [.key(entry.key)]
                if let known = before.first(where: { $0.key == entry.key }) {
                    edits += smaller(place, known.value, entry.value)
                } else {
                    edits.append(ConfigurationEdit(path: place, value: entry.value))
                }
            }
            let kept = Set(after.map(\.key))
            return edits
                + before.filter { !kept.contains($0.key) }.map {
                    ConfigurationEdit(path: path + [.key($0.key)], value: nil)
                }
        case (.list(let before), .list(let after)) where !after.isEmpty:
            let names = before.map(\.itemName), newNames = after.map { YAMLTree($0).itemName }
            guard !before.isEmpty, !names.contains(nil), !newNames.contains(nil), Set(names).count == names.count,
                Set(newNames).count == newNames.count
            else { break }
            var edits: [ConfigurationEdit] = []
            for name in names where !newNames.contains(name) {
                edits.append(ConfigurationEdit(path: path + [.key(name ?? "")], value: nil))
            }
            for (name, item) in zip(newNames, after) {
                if let index = names.firstIndex(of: name) {
                    edits += smaller(path + [.key(name ?? "")], before[index], item)
                } else {
                    edits.append(ConfigurationEdit(path: path + [.key("-")], value: item))
                }
            }
            return edits
        default: break
        }
        return [ConfigurationEdit(path: path, value: new)]
    }

    private static func applyOne(_ edit: ConfigurationEdit, to text: String) throws -> String {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw PortFailure.conflict("The file is no YAML now; mend it as a text first.")
        }
        guard let wanted = YAMLTree(root).setting(edit.path[...], to: edit.value.map { YAMLTree($0) }) else {
            throw PortFailure.invalid("There is no \(words(edit.path)) in the configuration.")
        }
        let result: String?
        do {
            result = try splice(edit, root: root, source: YAMLSource(text), text: text)
        } catch is YAMLSource.Unclear {
            result = nil
        }
        guard let result, let again = try? Yams.compose(yaml: result) ?? .scalar(.init("")), YAMLTree(again) == wanted
        else {
            throw PortFailure.invalid(
                "\(words(edit.path)) is written in a way that can't be changed from a form; change the text itself.")
        }
        return result
    }

    /// What stands at a line and column of a text (both from 1): the steps from the top to it, items of lists by their number.
    /// The place of a section's mistake is its first key; a mistake about a key leads to the key.
    public static func path(line: Int, column: Int, in text: String) -> [ConfigurationEdit.Step] {
        guard let root = try? Yams.compose(yaml: text) else { return [] }
        let place = Position(line: line, column: column)
        func inside(_ node: Node, _ path: [ConfigurationEdit.Step]) -> [ConfigurationEdit.Step]? {
            switch node {
            case .mapping(let mapping):
                for (key, value) in mapping {
                    let own = path + [.key(key.string ?? "")]
                    if value.position == place { return inside(value, own) ?? own }
                    if let found = inside(value, own) { return found }
                    // Where a section begins, its first key begins too: the section is meant, unless it has no value.
                    if key.position == place, node.position != place || value.isEmptyScalar { return own }
                }
            case .sequence(let items):
                for (index, item) in items.enumerated() {
                    let own = path + [.index(index)]
                    if let found = inside(item, own) { return found }
                    if item.position == place { return own }
                }
            default: break
            }
            return nil
        }
        return inside(root, []) ?? []
    }

    /// Where the path leads, as far as the document goes.
    private static func find(_ path: ArraySlice<ConfigurationEdit.Step>, _ node: Node) -> Node? {
        guard let step = path.first else { return node }
        switch node {
        case .mapping(let mapping):
            guard case .key(let key) = step, let entry = mapping.first(where: { $0.key.string == key }) else {
                return nil
            }
            return find(path.dropFirst(), entry.value)
        case .sequence(let sequence):
            let items = Array(sequence)
            guard
                let index = YAMLTree.index(of: step, in: items.map { YAMLTree($0).itemName }, count: items.count)
            else { return nil }
            return find(path.dropFirst(), items[index])
        default: return nil
        }
    }

    private static func splice(
        _ edit: ConfigurationEdit, root: Node?, source: YAMLSource, text: String
    ) throws -> String {
        // The deepest section or list on the way.
        var depth = 0
        var node = root
        var inFlow = false
        while depth < edit.path.count - 1, let current = node, let next = find(edit.path[depth...depth], current),
            !next.isNothing
        {
            if source.isFlow(current, try source.start(current)) { inFlow = true }
            node = next
            depth += 1
        }
        let rest = edit.path[depth...]
        guard let step = rest.first else { throw YAMLSource.Unclear() }
        // What is missing on the way is made along with the value.
        let value = edit.value.map { value in
            rest.dropFirst().reversed().reduce(value) { inner, step in
                switch step {
                case .key("-"): .list([inner])
                case .key(let key): .section([ConfigurationValue.Entry(key: key, value: inner)])
                case .index: .list([inner])
                }
            }
        }
        guard let node, !node.isNothing else {
            guard case .key(let key) = step, let value else { throw YAMLSource.Unclear() }
            let gap = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
            return text + gap + "\(YAMLText.scalar(key, inFlow: false)):" + YAMLText.afterKey(value, indent: 0) + "\n"
        }
        let start = try source.start(node)
        let isFlow = inFlow || source.isFlow(node, start)
        // "[]" and "{}" are there because nothing is: what comes in is written as a person would write the first of many.
        if isFlow, !inFlow, depth > 0, YAMLTree(node).isEmpty, let value {
            let filled: ConfigurationValue
            switch (node, step) {
            case (.mapping, .key(let key)): filled = .section([ConfigurationValue.Entry(key: key, value: value)])
            case (.sequence, .key("-")): filled = .list([value])
            default: throw YAMLSource.Unclear()
            }
            let whole = ConfigurationEdit(path: Array(edit.path[..<depth]), value: filled)
            return try splice(whole, root: root, source: source, text: text)
        }
        switch node {
        case .mapping(let mapping):
            guard case .key(let key) = step else { throw YAMLSource.Unclear() }
            return try splice(key, value, mapping, node, source, isFlow: isFlow, text: text)
        case .sequence(let sequence):
            return try splice(step, value, Array(sequence), node, source, isFlow: isFlow)
        default: throw YAMLSource.Unclear()
        }
    }

    /// A key of a section.
    private static func splice(
        _ key: String, _ value: ConfigurationValue?, _ mapping: Node.Mapping, _ node: Node, _ source: YAMLSource,
        isFlow: Bool, text: String
    ) throws -> String {
        let start = try source.start(node)
        if let entry = mapping.first(where: { $0.key.string == key }) {
            let keyStart = try source.start(entry.key), keyEnd = try source.end(entry.key, inFlow: isFlow)
            let valueEnd = entry.value.isNothing ? keyEnd + 1 : try source.end(entry.value, inFlow: isFlow)
            guard let value else {
                if isFlow { return try removingFromFlow(keyStart..<valueEnd, of: node, source) }
                // The last one leaves an empty section.
                guard mapping.count > 1 else { return replacing(keyStart..<valueEnd, with: "{}", source) }
                return try removingLines(keyStart..<valueEnd, source)
            }
            if isFlow {
                return replacing(keyEnd..<valueEnd, with: ": " + YAMLText.flow(value), source)
            }
            let column = source.column(keyStart)
            let new = YAMLText.afterKey(value, indent: column)
            // A comment behind the key stays where it is.
            if !entry.value.isNothing {
                let valueStart = try source.start(entry.value)
                let between = source.text(keyEnd + 1..<valueStart)
                if between.contains("#") {
                    return replacing(source.lineEnd(keyEnd)..<valueEnd, with: new, source)
                }
            }
            return replacing(keyEnd..<valueEnd, with: ":" + new, source)
        }
        guard let value else { throw YAMLSource.Unclear() }
        if isFlow {
            let close = try source.end(node, inFlow: true) - 1
            let word = "\(YAMLText.scalar(key, inFlow: true)): \(YAMLText.flow(value))"
            return replacing(close..<close, with: (mapping.isEmpty ? "" : ", ") + word, source)
        }
        let indent = source.column(start)
        let line = "\n" + String(repeating: " ", count: indent) + YAMLText.scalar(key, inFlow: false) + ":"
        let end = source.lineEnd(try source.end(node))
        return replacing(end..<end, with: line + YAMLText.afterKey(value, indent: indent), source)
    }

    /// An item of a list.
    private static func splice(
        _ step: ConfigurationEdit.Step, _ value: ConfigurationValue?, _ items: [Node], _ node: Node,
        _ source: YAMLSource, isFlow: Bool
    ) throws -> String {
        if case .key("-") = step, let value {
            if isFlow {
                let close = try source.end(node, inFlow: true) - 1
                return replacing(close..<close, with: (items.isEmpty ? "" : ", ") + YAMLText.flow(value), source)
            }
            // The dashes stand where the list begins.
            let indent = source.column(try source.start(node))
            let end = source.lineEnd(try source.end(node))
            return replacing(end..<end, with: "\n" + YAMLText.item(value, indent: indent), source)
        }
        guard let index = YAMLTree.index(of: step, in: items.map { YAMLTree($0).itemName }, count: items.count) else {
            throw YAMLSource.Unclear()
        }
        let item = items[index]
        let itemStart = try source.start(item), itemEnd = try source.end(item, inFlow: isFlow)
        if let value {
            if isFlow { return replacing(itemStart..<itemEnd, with: YAMLText.flow(value), source) }
            let indent = source.column(try source.start(node))
            let text = YAMLText.item(value, indent: indent).drop { $0 == " " }.dropFirst(2)
            return replacing(itemStart..<itemEnd, with: String(text), source)
        }
        if isFlow { return try removingFromFlow(itemStart..<itemEnd, of: node, source) }
        guard items.count > 1 else {
            // The last one leaves an empty list.
            return replacing(try source.start(node)..<itemEnd, with: "[]", source)
        }
        // The dash may stand on a line before the item, with a comment in between.
        let column = source.column(try source.start(node))
        var dash = itemStart - 1
        while dash > 0, source.scalars[dash] != "-" || source.column(dash) != column { dash -= 1 }
        return try removingLines(dash..<itemEnd, source)
    }

    /// With the comma behind what goes, or else the one before it, and the space that parted it from its neighbour.
    private static func removingFromFlow(_ range: Range<Int>, of node: Node, _ source: YAMLSource) throws -> String {
        let open = try source.start(node), close = try source.end(node, inFlow: true) - 1
        var from = range.lowerBound, to = range.upperBound
        while to < close, YAMLSource.isBlank(source.scalars[to]) { to += 1 }
        if to < close, source.scalars[to] == "," {
            to += 1
            while to < close, YAMLSource.isBlank(source.scalars[to]) { to += 1 }
        } else {
            while from > open + 1, YAMLSource.isBlank(source.scalars[from - 1]) { from -= 1 }
            if source.scalars[from - 1] == "," { from -= 1 } else { from = range.lowerBound }
        }
        return replacing(from..<to, with: "", source)
    }

    private static func removingLines(_ range: Range<Int>, _ source: YAMLSource) throws -> String {
        let from = source.lineStart(range.lowerBound)
        guard source.text(from..<range.lowerBound).allSatisfy({ $0 == " " }) else { throw YAMLSource.Unclear() }
        let to = min(source.scalars.count, source.lineEnd(range.upperBound) + 1)
        return replacing(from..<to, with: "", source)
    }

    private static func replacing(_ range: Range<Int>, with new: String, _ source: YAMLSource) -> String {
        source.text(0..<range.lowerBound) + new + source.text(range.upperBound..<source.scalars.count)
    }

    private static func words(_ path: [ConfigurationEdit.Step]) -> String {
        path.map { step in
            switch step {
            case .key(let key): key
            case .index(let index): "\(index)"
            }
        }.joined(separator: ".")
    }
}
