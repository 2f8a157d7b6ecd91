import Yams

/// A YAML text with the places of its nodes: where each begins is known from the parser, where it ends is read from the
/// text itself.
struct YAMLSource {
    struct Unclear: Error {}

    let scalars: [Unicode.Scalar]
    /// Where each line begins.
    private let lineStarts: [Int]

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        var starts = [0]
        for (index, scalar) in scalars.enumerated() where scalar == "\n" { starts.append(index + 1) }
        lineStarts = starts
    }

    func text(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    func start(_ node: Node) throws -> Int {
        guard let mark = node.mark, (1...lineStarts.count).contains(mark.line) else { throw Unclear() }
        return min(lineStarts[mark.line - 1] + mark.column - 1, scalars.count)
    }

    /// Columns before a place on its line.
    func column(_ offset: Int) -> Int { offset - lineStart(offset) }

    func lineStart(_ offset: Int) -> Int {
        var low = 0, high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        return lineStarts[low]
    }

    /// Behind the line's last character, its line break not counted.
    func lineEnd(_ offset: Int) -> Int {
        scalars[min(offset, scalars.count)...].firstIndex(of: "\n") ?? scalars.count
    }

    /// Behind the node's last character.
    func end(_ node: Node, inFlow: Bool = false) throws -> Int {
        let start = try start(node)
        switch node {
        case .scalar(let scalar): return try end(scalar, start, inFlow: inFlow)
        case .alias: return try plainEnd(start, inFlow: inFlow)
        case .mapping(let mapping):
            if isFlow(node, start) { return try flowEnd(start) }
            guard let last = Array(mapping).last else { return start }
            return last.value.isNothing ? try end(last.key) + 1 : try end(last.value)
        case .sequence(let sequence):
            if isFlow(node, start) { return try flowEnd(start) }
            guard let last = Array(sequence).last else { return start }
            return try end(last)
        }
    }

    func isFlow(_ node: Node, _ start: Int) -> Bool {
        guard start < scalars.count else { return false }
        switch node {
        case .mapping: return scalars[start] == "{"
        case .sequence: return scalars[start] == "["
        default: return false
        }
    }

    private func end(_ scalar: Node.Scalar, _ start: Int, inFlow: Bool) throws -> Int {
        guard start < scalars.count else { return start }
        switch scalars[start] {
        case "\"" where scalar.style == .doubleQuoted: return try quotedEnd(start)
        case "'" where scalar.style == .singleQuoted: return try quotedEnd(start)
        case "|", ">":
            guard scalar.style == .literal || scalar.style == .folded else { break }
            return blockEnd(start)
        default: break
        }
        if scalar.string.isEmpty { return start }
        let end = try plainEnd(start, inFlow: inFlow)
        // One over several lines, or behind an anchor or a tag, is left to people.
        guard text(start..<end) == scalar.string else { throw Unclear() }
        return end
    }

    private func plainEnd(_ start: Int, inFlow: Bool) throws -> Int {
        var index = start
        while index < scalars.count, scalars[index] != "\n" {
            let scalar = scalars[index]
            if scalar == "#", index > start, Self.isBlank(scalars[index - 1]) { break }
            if inFlow, scalar == "," || scalar == "]" || scalar == "}" { break }
            if scalar == ":",
                index + 1 == scalars.count || Self.isBlank(scalars[index + 1]) || scalars[index + 1] == "\n"
            {
                break
            }
            index += 1
        }
        while index > start, Self.isBlank(scalars[index - 1]) || scalars[index - 1] == "\r" { index -= 1 }
        return index
    }

    private func quotedEnd(_ start: Int) throws -> Int {
        let quote = scalars[start]
        var index = start + 1
        while index < scalars.count {
            if quote == "\"", scalars[index] == "\\" {
                index += 2
                continue
            }
            if scalars[index] == quote {
                if quote == "'", index + 1 < scalars.count, scalars[index + 1] == "'" {
                    index += 2
                    continue
                }
                return index + 1
            }
            index += 1
        }
        throw Unclear()
    }

    private func flowEnd(_ start: Int) throws -> Int {
        var depth = 0
        var index = start
        while index < scalars.count {
            switch scalars[index] {
            case "[", "{": depth += 1
            case "]", "}":
                depth -= 1
                if depth == 0 { return index + 1 }
            case "\"", "'":
                // Inside a plain word (it's) it is a letter.
                let before = scalars[index - 1]
                if Self.isBlank(before) || "[{,:\n".unicodeScalars.contains(before) {
                    index = try quotedEnd(index)
                    continue
                }
            case "#":
                if Self.isBlank(scalars[index - 1]) || scalars[index - 1] == "\n" { index = lineEnd(index) - 1 }
            default: break
            }
            index += 1
        }
        throw Unclear()
    }

    /// A block text ends before the first line that is not empty and not deeper than the line it began on.
    private func blockEnd(_ start: Int) -> Int {
        let first = lineStart(start)
        let indent = scalars[first...].prefix { Self.isBlank($0) }.count
        var end = lineEnd(start)
        var line = end + 1
        while line < scalars.count {
            let lineEnd = lineEnd(line)
            let content = scalars[line..<lineEnd]
            if !content.allSatisfy(Self.isBlank) {
                guard content.prefix(while: Self.isBlank).count > indent else { break }
                end = lineEnd
            }
            line = lineEnd + 1
        }
        return end
    }

    static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
}

extension Node {
    /// `key:` with nothing behind it.
    var isNothing: Bool {
        if case .scalar(let scalar) = self { return scalar.string.isEmpty && scalar.style == .plain }
        return false
    }
}
