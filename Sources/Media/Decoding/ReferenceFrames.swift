import Domain

/// Notices in an H.264 stream that a frame is missing to which others refer, by the numbers that such frames have
/// (ITU-T H.264, 7.4.3, `frame_num`). The decoder compares each frame with the one before it, and so misses one that
/// was lost behind a frame to which nothing refers.
struct ReferenceFrames {
    /// What a sequence parameter set says about the numbers.
    private struct Sequence {
        var numberBits: Int
        var mayHaveGaps: Bool
        var hasColourPlanes: Bool
    }

    private let units: NALUnits
    private var sequences: [Int: Sequence] = [:]
    /// The sequence parameter set of each picture parameter set.
    private var sequenceOfPicture: [Int: Int] = [:]
    /// The number of the last frame to which others may refer.
    private var last: Int?

    /// nil for other codecs.
    init?(_ parameters: StreamParameters) {
        guard let units = NALUnits(parameters.video), !units.isHEVC else { return nil }
        self.units = units
        let record = parameters.extradata
        if let sets = Self.recordedSets(record) {
            for unit in sets { learn(record[unit]) }
        } else {
            units.forEachHead(record) { unit in
                learn(unit)
                return true
            }
        }
    }

    /// Forgets what was decoded.
    mutating func reset() { last = nil }

    /// Takes the next packet.
    /// - Returns: Whether a frame to which it may refer is missing before it.
    mutating func take(_ packet: UnsafeBufferPointer<UInt8>) -> Bool {
        var isMissing = false
        units.forEachHead(packet) { unit in
            guard let head = unit.first, !units.isSlice(unit) else {
                isMissing = isMissing || judge(unit)
                // The other slices have the same number.
                return false
            }
            if head & 0x1F == 7 || head & 0x1F == 8 { learn(unit) }
            return true
        }
        return isMissing
    }

    private mutating func judge(_ unit: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let head = unit.first else { return false }
        let isReference = head & 0x60 != 0
        if head & 0x1F == 5 {
            last = 0
            return false
        }
        // Of a partitioned slice only the first part has a header of this form.
        guard head & 0x1F <= 2 else { return false }
        var bits = BitReader(unit.dropFirst())
        // Where the frame begins, and its kind.
        guard bits.exponential() != nil, bits.exponential() != nil, let set = bits.exponential(),
            let sequence = sequenceOfPicture[set].flatMap({ sequences[$0] })
        else { return false }
        if sequence.hasColourPlanes { _ = bits.read(2) }
        guard let number = bits.read(sequence.numberBits) else { return false }
        defer { if isReference { last = number } }
        // An encoder may begin to count anew without a key frame.
        guard let last, number > 1, !sequence.mayHaveGaps else { return false }
        return number != last && number != (last + 1) & (1 << sequence.numberBits - 1)
    }

    // MARK: - Parameter sets

    /// ISO/IEC 14496-15, 5.3.3.1: where the parameter sets lie in a configuration record; nil for what is none.
    private static func recordedSets(_ record: UnsafeBufferPointer<UInt8>) -> [Range<Int>]? {
        guard record.first == 1, record.count > 6 else { return nil }
        var sets: [Range<Int>] = []
        var index = 5
        for mask: UInt8 in [0x1F, 0xFF] {
            guard index < record.count else { return sets }
            let count = Int(record[index] & mask)
            index += 1
            for _ in 0..<count {
                guard index + 2 <= record.count else { return sets }
                let start = index + 2, end = start + (Int(record[index]) << 8 | Int(record[index + 1]))
                guard end <= record.count else { return sets }
                sets.append(start..<end)
                index = end
            }
        }
        return sets
    }

    private mutating func learn(_ unit: Slice<UnsafeBufferPointer<UInt8>>) {
        guard let head = unit.first else { return }
        var bits = BitReader(unit.dropFirst())
        switch head & 0x1F {
        case 7:
            if let (id, sequence) = Self.sequence(&bits) { sequences[id] = sequence }
        case 8:
            if let id = bits.exponential(), let sequence = bits.exponential() { sequenceOfPicture[id] = sequence }
        default: break
        }
    }

    /// ITU-T H.264, 7.3.2.1.1.
    private static func sequence(_ bits: inout BitReader) -> (id: Int, Sequence)? {
        guard let profile = bits.read(8), bits.read(16) != nil, let id = bits.exponential() else { return nil }
        var hasColourPlanes = false
        if [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].contains(profile) {
            guard let chroma = bits.exponential() else { return nil }
            if chroma == 3 { hasColourPlanes = bits.read(1) == 1 }
            guard bits.exponential() != nil, bits.exponential() != nil, bits.read(1) != nil,
                let hasScaling = bits.read(1)
            else { return nil }
            if hasScaling == 1 {
                for list in 0..<(chroma == 3 ? 12 : 8) where bits.read(1) == 1 {
                    skipScalingList(&bits, count: list < 6 ? 16 : 64)
                }
            }
        }
        guard let numberBits = bits.exponential(), numberBits <= 12, let orderType = bits.exponential() else {
            return nil
        }
        switch orderType {
        case 0: _ = bits.exponential()
        case 1:
            guard bits.read(1) != nil, bits.exponential() != nil, bits.exponential() != nil,
                let count = bits.exponential(), count < 256
            else { return nil }
            for _ in 0..<count { _ = bits.exponential() }
        default: break
        }
        guard bits.exponential() != nil, let mayHaveGaps = bits.read(1) else { return nil }
        return (
            id, Sequence(numberBits: numberBits + 4, mayHaveGaps: mayHaveGaps == 1, hasColourPlanes: hasColourPlanes)
        )
    }

    /// ITU-T H.264, 7.3.2.1.1.1.
    private static func skipScalingList(_ bits: inout BitReader, count: Int) {
        var last = 8, next = 8
        for _ in 0..<count where next != 0 {
            guard let code = bits.exponential() else { return }
            next = (last + (code % 2 == 1 ? (code + 1) / 2 : -code / 2) + 256) & 255
            if next != 0 { last = next }
        }
    }
}

/// Reads a unit bit by bit, without the bytes that only keep start codes apart (ITU-T H.264, 7.4.1).
private struct BitReader {
    private var rest: Slice<UnsafeBufferPointer<UInt8>>
    private var byte: UInt8 = 0
    private var bitsLeft = 0
    private var zeros = 0

    init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) { rest = bytes }

    /// The next `count` bits, 32 at most; nil at the end.
    mutating func read(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            if bitsLeft == 0 {
                guard var next = rest.popFirst() else { return nil }
                if zeros >= 2, next == 3 {
                    zeros = 0
                    guard let after = rest.popFirst() else { return nil }
                    next = after
                }
                zeros = next == 0 ? zeros + 1 : 0
                byte = next
                bitsLeft = 8
            }
            bitsLeft -= 1
            value = value << 1 | Int(byte >> UInt8(bitsLeft) & 1)
        }
        return value
    }

    /// An Exp-Golomb code (ITU-T H.264, 9.1).
    mutating func exponential() -> Int? {
        var zeros = 0
        while let bit = read(1) {
            if bit == 1 { return read(zeros).map { (1 << zeros) - 1 + $0 } }
            zeros += 1
            if zeros > 31 { return nil }
        }
        return nil
    }
}
