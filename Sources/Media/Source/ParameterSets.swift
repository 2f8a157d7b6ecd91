import Foundation

/// The parameter sets of a stream in Annex B form, as a collection of NAL units: what a key packet brings along may be all
/// of them or a part, again or new.
struct ParameterSets {
    private var units: [Data]
    private let isHEVC: Bool

    init(_ annexB: Data, isHEVC: Bool) {
        units = Self.units(in: annexB)
        self.isHEVC = isHEVC
    }

    /// With start codes, for decoders and muxers.
    var annexB: Data { units.reduce(into: Data()) { $0 += [0, 0, 0, 1] + $1 } }

    /// Takes what a key packet brings. Where it has a sequence parameter set of its own it replaces all; else it is added: encoders
    /// that cut a picture into several packets repeat only a part in each.
    /// - Returns: Whether something changed.
    mutating func take(_ found: Data) -> Bool {
        let new = Self.units(in: found)
        guard new.contains(where: { !units.contains($0) }) else { return false }
        if new.contains(where: isSequence) {
            units = new
        } else {
            units += new.filter { !units.contains($0) }
        }
        return true
    }

    /// ITU-T H.264, table 7-1: type 7; H.265, table 7-1: type 33.
    private func isSequence(_ unit: Data) -> Bool {
        guard let first = unit.first else { return false }
        return isHEVC ? (first >> 1) & 0x3f == 33 : first & 0x1f == 7
    }

    private static func units(in data: Data) -> [Data] {
        let bytes = [UInt8](data)
        var starts: [Int] = []
        var index = 0
        while index + 2 < bytes.count {
            if bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 {
                starts.append(index + 3)
                index += 3
            } else {
                index += 1
            }
        }
        return starts.enumerated().map { number, start in
            var end = number + 1 < starts.count ? starts[number + 1] - 3 : bytes.count
            // A unit never ends in zeros: these belong to the next start code.
            while end > start, bytes[end - 1] == 0 { end -= 1 }
            return Data(bytes[start..<end])
        }
    }
}
