/// What part of a file a request asks for: RFC 9110, section 14.
enum ByteRange: Hashable {
    case whole
    /// These bytes; never empty.
    case part(Range<Int>)
    /// Nothing of what was asked for is there: 416.
    case unsatisfiable

    /// - Parameters:
    ///   - header: the value of `Range`, nil when there is none. Another unit than bytes, a form that isn't understood,
    ///     and several ranges at once are answered with the whole file, as the RFC allows.
    ///   - size: the file's size in bytes now.
    init(header: String?, size: Int) {
        guard let header, let equals = header.firstIndex(of: "=") else {
            self = .whole
            return
        }
        let unit = header[..<equals].trimming()
        let spec = header[header.index(after: equals)...].trimming()
        guard unit.lowercased() == "bytes", !spec.contains(","), let dash = spec.firstIndex(of: "-") else {
            self = .whole
            return
        }
        let first = Self.number(spec[..<dash]), last = Self.number(spec[spec.index(after: dash)...])
        switch (first, last) {
        case (.absent, .value(let count)):
            self = count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
        case (.value(let start), .absent):
            self = start < size ? .part(start..<size) : .unsatisfiable
        case (.value(let start), .value(let end)) where start <= end:
            self = start < size ? .part(start..<min(end, size - 1) + 1) : .unsatisfiable
        default:
            self = .whole
        }
    }

    private enum Number {
        case absent, invalid
        case value(Int)
    }

    /// Digits alone; what doesn't fit an `Int` is beyond the end of any file.
    private static func number(_ text: Substring) -> Number {
        let text = text.trimming()
        guard !text.isEmpty else { return .absent }
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return .invalid }
        return .value(Int(text) ?? Int.max)
    }
}

extension Substring {
    /// Without the spaces and tabs around it.
    fileprivate func trimming() -> Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
