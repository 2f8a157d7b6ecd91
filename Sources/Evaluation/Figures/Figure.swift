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

/// How certain a mean over few items is.
public struct Interval: Hashable, Sendable, Codable {
    public var low: Double
    public var high: Double

    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }
}

enum Bootstrap {
    private static let resamples = 2000

    /// The 95 % percentile interval of the mean (Efron, Tibshirani: An Introduction to the Bootstrap, 1993, ch. 13);
    /// the same for the same values in each run. nil for fewer than two values.
    static func interval(of values: [Double]) -> Interval? {
        guard values.count > 1 else { return nil }
        var generator = SplitMix64(state: 0x5EED)
        var means: [Double] = []
        means.reserveCapacity(resamples)
        for _ in 0..<resamples {
            var sum = 0.0
            for _ in values.indices { sum += values[Int.random(in: 0..<values.count, using: &generator)] }
            means.append(sum / Double(values.count))
        }
        means.sort()
        return Interval(low: means[resamples / 40], high: means[resamples - 1 - resamples / 40])
    }
}

/// A small seeded generator (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Processor time of the whole process: what a measure costs, however busy the machine is.
enum ProcessorTime {
    /// Seconds, of all threads together.
    static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
