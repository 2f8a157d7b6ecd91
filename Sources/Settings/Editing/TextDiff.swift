/// The difference of two texts, line by line, in the form that `diff -u` prints.
public enum TextDiff {
    private static let context = 3

    public static func unified(_ old: String, _ new: String) -> String {
        let a = old.split(separator: "\n", omittingEmptySubsequences: false)
        let b = new.split(separator: "\n", omittingEmptySubsequences: false)
        let difference = b.difference(from: a)
        guard !difference.isEmpty else { return "" }
        var removed: Set<Int> = [], inserted: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [(mark: Character, text: Substring, a: Int, b: Int)] = []
        var i = 0, j = 0
        while i < a.count || j < b.count {
            if i < a.count, removed.contains(i) {
                lines.append(("-", a[i], i, j))
                i += 1
            } else if j < b.count, inserted.contains(j) {
                lines.append(("+", b[j], i, j))
                j += 1
            } else {
                lines.append((" ", a[i], i, j))
                i += 1
                j += 1
            }
        }
        var result = ""
        var index = 0
        while let first = lines[index...].firstIndex(where: { $0.mark != " " }) {
            let from = max(index, first - context)
            var to = first
            // Changes near each other are one block.
            while let next = lines[(to + 1)...].prefix(2 * context + 1).firstIndex(where: { $0.mark != " " }) {
                to = next
            }
            to = min(lines.count - 1, to + context)
            let block = lines[from...to]
            let countA = block.count { $0.mark != "+" }, countB = block.count { $0.mark != "-" }
            result += "@@ -\(block[from].a + 1),\(countA) +\(block[from].b + 1),\(countB) @@\n"
            for line in block { result += "\(line.mark)\(line.text)\n" }
            index = to + 1
            if index >= lines.count { break }
        }
        return result
    }
}
