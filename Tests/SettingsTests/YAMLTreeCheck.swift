import Yams

/// Reads a value the way any YAML reader would.
enum YAMLTreeCheck {
    static func text(_ yaml: String, _ keys: String...) -> String? {
        guard var node = try? Yams.compose(yaml: yaml) else { return nil }
        for key in keys {
            guard let next = node[key] else { return nil }
            node = next
        }
        return node.scalar?.string
    }
}
