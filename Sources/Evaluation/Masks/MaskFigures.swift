import Foundation

/// What following objects through a set of videos came to. J, F and their mean in percent.
public struct MaskFigures: Hashable, Sendable, Codable {
    public struct Sequence: Hashable, Sendable, Codable {
        public var name: String
        public var j: Double
        public var f: Double
        public var jf: Double
        /// Frames that were followed; the first, in which the prompt is given, is not one of them.
        public var frames: Int
        /// Processor milliseconds from a decoded frame to the mask, for each followed frame and object.
        public var cpuMsPerFrame: Double
        /// Frames in which the object is there but was reported lost, and those in which it is gone but was reported.
        public var missedFrames: Int?
        public var inventedFrames: Int?

        enum CodingKeys: String, CodingKey {
            case name, frames
            case j = "J"
            case f = "F"
            case jf = "JF"
            case cpuMsPerFrame = "cpu_ms_per_frame"
        }
    }

    public struct Mean: Hashable, Sendable, Codable {
        public var j: Double
        public var f: Double
        public var jf: Double

        enum CodingKeys: String, CodingKey {
            case j = "J"
            case f = "F"
            case jf = "JF"
        }
    }

    public var sequences: [Sequence]
    public var mean: Mean

    init(sequences: [Sequence]) {
        self.sequences = sequences
        mean = Mean(
            j: Figure.average(sequences.map(\.j)), f: Figure.average(sequences.map(\.f)),
            jf: Figure.average(sequences.map(\.jf)))
    }

    /// One line of JSON.
    public func json() throws -> String { try Figure.json(self) }

    /// For people: every sequence, the means with their 95 % intervals, and the worst five.
    public var table: String {
        func row(_ sequence: Sequence) -> [String] {
            [
                sequence.name, Figure.text(sequence.j, decimals: 1), Figure.text(sequence.f, decimals: 1),
                Figure.text(sequence.jf, decimals: 1), String(sequence.frames),
                Figure.text(sequence.cpuMsPerFrame, decimals: 1), sequence.missedFrames.map(String.init) ?? "-",
                sequence.inventedFrames.map(String.init) ?? "-",
            ]
        }
        let header = ["sequence", "J", "F", "J&F", "frames", "CPU ms/frame", "missed", "invented"]
        let worst = sequences.sorted { $0.jf < $1.jf }.prefix(5)
        return """
            \(Figure.table(header: header, rows: sequences.map(row)))

            mean J&F  \(Figure.text(sequences.map(\.jf), decimals: 1))
            mean J    \(Figure.text(sequences.map(\.j), decimals: 1))
            mean F    \(Figure.text(sequences.map(\.f), decimals: 1))
            worst     \(worst.map { "\($0.name) \(Figure.text($0.jf, decimals: 1))" }.joined(separator: ", "))
            """
    }
}
