import Foundation

/// Numbers as people read them.
enum Figure {
    static func text(_ value: Double, decimals: Int) -> String {
        value.isFinite ? String(format: "%.\(decimals)f", value) : "-"
    }

    /// `0.612 (0.571 to 0.650)`
    static func text(_ values: [Double], decimals: Int) -> String {
        let mean = text(average(values), decimals: decimals)
        guard let interval = Bootstrap.interval(of: values) else { return mean }
        return "\(mean) (95 %: \(text(interval.low, decimals: decimals)) to \(text(interval.high, decimals: decimals)))"
    }

    static func average(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }

    /// One object, keys in alphabetical order, so that two runs can be compared line by line.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Columns of equal width; the first is flush left, the others flush right.
    static func table(header: [String], rows: [[String]]) -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
