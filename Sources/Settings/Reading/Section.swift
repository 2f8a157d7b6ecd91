import Yams

/// One mapping of the file while it is being read: hands out checked values by key and remembers which keys it was
/// asked for, so that `finish` can report all others.
///
/// Each accessor reports what is wrong and then answers with the default, so that one reading finds every mistake.
final class Section {
    /// `recording`, `cameras[0].zones[1]`, or empty for the whole file.
    let path: String
    let mark: Position
    let context: ReadingContext
    /// False when the file doesn't have this section and everything is a default.
    let isPresent: Bool
    private var entries: [String: (key: Marked<String>, node: Node)] = [:]
    private var known: [String] = []
    /// Keys that hold sections or lists: nothing below them means nothing given.
    private var containers: Set<String> = []
    /// Keys without a value that have been reported.
    private var reported: Set<String> = []

    init(path: String, node: Node?, context: ReadingContext, parent: Position = .start) {
        self.path = path
        self.context = context
        mark = node?.position ?? parent
        guard let node, !node.isEmptyScalar else {
            isPresent = false
            return
        }
        isPresent = true
        guard case .mapping(let mapping) = node else {
            context.problem(
                mark, found: "\(path.isEmpty ? "the file" : path) is \(node.kindInWords)",
                allowed: "write keys with values below it, as \"key: value\"")
            return
        }
        for (key, value) in mapping {
            guard let scalar = key.scalar else {
                context.problem(
                    key.position ?? mark, found: "a key that is \(key.kindInWords)", allowed: "a key is a plain word")
                continue
            }
            entries[scalar.string] = (Marked(value: scalar.string, mark: key.position ?? mark), value)
        }
    }

    /// The keys that are there, in the order of the file; for mappings whose keys are free, such as headers.
    var freeKeys: [Marked<String>] {
        entries.values.map(\.key).sorted { ($0.mark.line, $0.mark.column) < ($1.mark.line, $1.mark.column) }
    }

    /// The key's full name, as messages spell it.
    func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The node under `key`; nil when it is absent or has no value.
    func node(_ key: String) -> (node: Node, mark: Position)? {
        if !known.contains(key) {
            known.append(key)
            context.register(key: key, section: path)
        }
        guard let entry = entries[key], !entry.node.isEmptyScalar else { return nil }
        return (entry.node, entry.node.position ?? entry.key.mark)
    }

    /// Reports that `key` must be there but isn't. Points at the key when it stands there without a value.
    func missing(_ key: String, allowed: String) {
        let place = path.isEmpty ? "the file" : path
        if let entry = entries[key] {
            reported.insert(key)
            context.problem(entry.key.mark, found: "\(name(key)) has no value", allowed: allowed)
        } else {
            context.problem(mark, found: "\(place) has no \"\(key)\"", allowed: allowed)
        }
    }

    /// Reports a value that isn't allowed.
    func refuse(_ key: String, at mark: Position, found: String, allowed: String, suggestion: String? = nil) {
        context.problem(mark, found: "\(name(key)) is \(found)", allowed: "allowed: \(allowed)", suggestion: suggestion)
    }

    /// Reports all keys that nobody asked for, and those whose value is missing, which may be a slip.
    func finish() {
        for key in freeKeys {
            guard known.contains(key.value) else {
                context.unknown(key: key, section: path, allowed: known)
                continue
            }
            let isEmpty = entries[key.value]?.node.isEmptyScalar == true
            guard isEmpty, !containers.contains(key.value), !reported.contains(key.value) else { continue }
            context.warning(
                key.mark, found: "\(name(key.value)) has no value", allowed: "its default holds; give one or remove it")
        }
    }

    /// Notes what may stand under a key, for forms.
    func declare(
        _ key: String, _ form: SettingDescription.Form, _ more: (inout SettingDescription) -> Void = { _ in }
    ) { context.declare(key, in: path, form, more) }

    /// The section under `key`, an empty one when the file has none.
    func section(_ key: String) -> Section {
        declare(key, .section)
        containers.insert(key)
        return Section(path: name(key), node: node(key)?.node, context: context, parent: mark)
    }

    /// The items of the list under `key`; a single item may stand without a list.
    func items(_ key: String, of what: String) -> [(path: String, node: Node, mark: Position)] {
        containers.insert(key)
        guard let (node, mark) = node(key) else { return [] }
        guard case .sequence(let sequence) = node else {
            if case .scalar = node { return [(name(key), node, mark)] }
            refuse(key, at: mark, found: node.kindInWords, allowed: "a list of \(what), each after a \"- \"")
            return []
        }
        return sequence.enumerated().map { ("\(name(key))[\($0)]", $1, $1.position ?? mark) }
    }

    /// The list of sections under `key`.
    func sections(_ key: String, of what: String) -> [Section] {
        declare(key, .list) { $0.of = what }
        containers.insert(key)
        guard let (node, mark) = node(key) else { return [] }
        guard case .sequence(let sequence) = node else {
            refuse(key, at: mark, found: node.kindInWords, allowed: "a list of \(what), each after a \"- \"")
            return []
        }
        return sequence.enumerated().compactMap { index, node in
            let path = "\(name(key))[\(index)]"
            guard !node.isEmptyScalar else {
                context.problem(node.position ?? mark, found: "\(path) is empty", allowed: "remove it or fill it in")
                return nil
            }
            return Section(path: path, node: node, context: context, parent: mark)
        }
    }
}
