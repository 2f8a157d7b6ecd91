import Foundation

/// A QR code (ISO/IEC 18004) of a short text, in byte mode at error correction level M: made here, so that nothing secret goes
/// to a service that draws pictures.
struct QRCode: Hashable, Sendable {
    /// Modules a side, without the quiet zone of four around it.
    private(set) var size: Int
    private var dark: [Bool]
    /// Where data may not go.
    private var reserved: [Bool]

    /// - Parameter mask: 0 to 7; nil: the one that is read best.
    /// - Returns: nil for more than 213 bytes.
    init?(_ text: String, mask: Int? = nil) {
        guard let (version, words) = Self.codewords(Array(text.utf8)) else { return nil }
        size = 17 + 4 * version.number
        dark = Array(repeating: false, count: size * size)
        reserved = dark
        drawPatterns(version)
        place(words)
        let unmasked = self
        var best: (code: QRCode, penalty: Int)?
        for mask in mask.map({ $0...$0 }) ?? 0...7 {
            var code = unmasked
            code.apply(mask)
            let penalty = code.penalty
            if best.map({ penalty < $0.penalty }) ?? true { best = (code, penalty) }
        }
        if let best { self = best.code }
    }

    func isDark(_ x: Int, _ y: Int) -> Bool { dark[y * size + x] }

    /// The dark modules as the path of an SVG, one unit a module, with the quiet zone.
    var path: String {
        var path = ""
        for y in 0..<size {
            var x = 0
            while x < size {
                guard isDark(x, y) else {
                    x += 1
                    continue
                }
                let start = x
                while x < size, isDark(x, y) { x += 1 }
                path += "M\(start + Self.quiet) \(y + Self.quiet)h\(x - start)v1h-\(x - start)z"
            }
        }
        return path
    }

    /// With the quiet zone.
    var wholeSize: Int { size + 2 * Self.quiet }

    private static let quiet = 4

    // MARK: - Data

    private struct Version {
        var number: Int
        var correctionWords: Int
        /// Data words of each block.
        var blocks: [Int]
        var alignment: [Int]
    }

    /// Level M, from the standard's tables 9 and E.1.
    private static let versions = [
        Version(number: 1, correctionWords: 10, blocks: [16], alignment: []),
        Version(number: 2, correctionWords: 16, blocks: [28], alignment: [6, 18]),
        Version(number: 3, correctionWords: 26, blocks: [44], alignment: [6, 22]),
        Version(number: 4, correctionWords: 18, blocks: [32, 32], alignment: [6, 26]),
        Version(number: 5, correctionWords: 24, blocks: [43, 43], alignment: [6, 30]),
        Version(number: 6, correctionWords: 16, blocks: [27, 27, 27, 27], alignment: [6, 34]),
        Version(number: 7, correctionWords: 18, blocks: [31, 31, 31, 31], alignment: [6, 22, 38]),
        Version(number: 8, correctionWords: 22, blocks: [38, 38, 39, 39], alignment: [6, 24, 42]),
        Version(number: 9, correctionWords: 22, blocks: [36, 36, 36, 37, 37], alignment: [6, 26, 46]),
        Version(number: 10, correctionWords: 26, blocks: [43, 43, 43, 43, 44], alignment: [6, 28, 50]),
    ]

    /// Data and error correction, in the order in which they are drawn.
    private static func codewords(_ bytes: [UInt8]) -> (Version, [UInt8])? {
        func headBits(_ version: Version) -> Int { 4 + (version.number < 10 ? 8 : 16) }
        guard
            let version = versions.first(where: {
                headBits($0) + bytes.count * 8 <= $0.blocks.reduce(0, +) * 8
            })
        else { return nil }
        var bits: [Bool] = []
        func add(_ value: Int, _ count: Int) {
            for shift in (0..<count).reversed() { bits.append(value >> shift & 1 == 1) }
        }
        add(0b0100, 4)
        add(bytes.count, headBits(version) - 4)
        for byte in bytes { add(Int(byte), 8) }
        let capacity = version.blocks.reduce(0, +) * 8
        add(0, min(4, capacity - bits.count))
        while bits.count % 8 != 0 { bits.append(false) }
        var words = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        for index in 0..<(capacity / 8 - words.count) { words.append(index % 2 == 0 ? 0xEC : 0x11) }
        var blocks: [[UInt8]] = []
        for length in version.blocks {
            blocks.append(Array(words.prefix(length)))
            words.removeFirst(length)
        }
        let corrections = blocks.map { Galois.correction($0, count: version.correctionWords) }
        return (version, interleaved(blocks) + interleaved(corrections))
    }

    private static func interleaved(_ blocks: [[UInt8]]) -> [UInt8] {
        (0..<(blocks.map(\.count).max() ?? 0)).flatMap { index in
            blocks.compactMap { index < $0.count ? $0[index] : nil }
        }
    }

    /// Reed-Solomon codes over GF(256) with x⁸ + x⁴ + x³ + x² + 1.
    private enum Galois {
        static func multiply(_ a: UInt8, _ b: UInt8) -> UInt8 {
            var product = 0
            for shift in (0..<8).reversed() {
                product = product << 1 ^ (product >> 7) * 0x11D
                product ^= Int(b >> UInt8(shift) & 1) * Int(a)
            }
            return UInt8(truncatingIfNeeded: product)
        }

        static func correction(_ data: [UInt8], count: Int) -> [UInt8] {
            var divisor = Array(repeating: UInt8(0), count: count - 1) + [1]
            var root: UInt8 = 1
            for _ in 0..<count {
                for index in divisor.indices {
                    divisor[index] = multiply(divisor[index], root)
                    if index + 1 < count { divisor[index] ^= divisor[index + 1] }
                }
                root = multiply(root, 2)
            }
            var rest = Array(repeating: UInt8(0), count: count)
            for byte in data {
                let factor = byte ^ rest.removeFirst()
                rest.append(0)
                for index in rest.indices { rest[index] ^= multiply(divisor[index], factor) }
            }
            return rest
        }
    }

    // MARK: - Drawing

    private mutating func set(_ x: Int, _ y: Int, _ isDark: Bool) {
        dark[y * size + x] = isDark
        reserved[y * size + x] = true
    }

    private mutating func drawPatterns(_ version: Version) {
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawFinder(x, y) }
        let places = version.alignment
        for x in places {
            for y in places {
                let isFinder = (x == 6 && y == 6) || (x == 6 && y == places.last) || (x == places.last && y == 6)
                if isFinder { continue }
                for dy in -2...2 {
                    for dx in -2...2 { set(x + dx, y + dy, max(abs(dx), abs(dy)) != 1) }
                }
            }
        }
        drawFormat(mask: 0)
        drawNumber(version.number)
    }

    private mutating func drawFinder(_ x: Int, _ y: Int) {
        for dy in -4...4 {
            for dx in -4...4 where (0..<size).contains(x + dx) && (0..<size).contains(y + dy) {
                let distance = max(abs(dx), abs(dy))
                set(x + dx, y + dy, distance != 2 && distance != 4)
            }
        }
    }

    /// Level and mask, twice, with their BCH code.
    private mutating func drawFormat(mask: Int) {
        // Level M is 00.
        var rest = mask
        for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
        let bits = (mask << 10 | rest) ^ 0x5412
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0...5 { set(8, index, bit(index)) }
        set(8, 7, bit(6))
        set(8, 8, bit(7))
        set(7, 8, bit(8))
        for index in 9..<15 { set(14 - index, 8, bit(index)) }
        for index in 0..<8 { set(size - 1 - index, 8, bit(index)) }
        for index in 8..<15 { set(8, size - 15 + index, bit(index)) }
        set(8, size - 8, true)
    }

    /// From version 7 on it is drawn, twice.
    private mutating func drawNumber(_ number: Int) {
        guard number >= 7 else { return }
        var rest = number
        for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1F25 }
        let bits = number << 12 | rest
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            set(size - 11 + index % 3, index / 3, isDark)
            set(index / 3, size - 11 + index % 3, isDark)
        }
    }

    /// In columns of two, up and down from the right.
    private mutating func place(_ words: [UInt8]) {
        var index = 0
        var right = size - 1
        while right >= 1 {
            if right == 6 { right = 5 }
            for step in 0..<size {
                let y = (right + 1) & 2 == 0 ? size - 1 - step : step
                for x in [right, right - 1] where !reserved[y * size + x] && index < words.count * 8 {
                    dark[y * size + x] = words[index >> 3] >> UInt8(7 - index & 7) & 1 == 1
                    index += 1
                }
            }
            right -= 2
        }
    }

    private mutating func apply(_ mask: Int) {
        for y in 0..<size {
            for x in 0..<size where !reserved[y * size + x] && Self.inverts(mask, x, y) { dark[y * size + x].toggle() }
        }
        drawFormat(mask: mask)
    }

    private static func inverts(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
        switch mask {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (x / 3 + y / 2) % 2 == 0
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3) % 2 == 0
        default: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }

    /// How hard it is to read (7.8.3.1): long runs, blocks, what looks like a finder, too much of one colour.
    private var penalty: Int {
        var penalty = 0, count = 0
        for y in 0..<size {
            var row = Line(), column = Line()
            for x in 0..<size {
                let here = dark[y * size + x]
                if here { count += 1 }
                penalty += row.add(here) + column.add(dark[x * size + y])
                if x > 0, y > 0, here == dark[y * size + x - 1], here == dark[(y - 1) * size + x],
                    here == dark[(y - 1) * size + x - 1]
                {
                    penalty += 3
                }
            }
        }
        let all = size * size
        return penalty + max(0, (abs(count * 20 - all * 10) + all - 1) / all - 1) * 10
    }

    /// A row or column, as far as it was looked at.
    private struct Line {
        private var run = 0
        private var last = false
        private var length = 0
        /// The last eleven modules.
        private var window = 0

        mutating func add(_ isDark: Bool) -> Int {
            run = isDark == last && length > 0 ? run + 1 : 1
            last = isDark
            length += 1
            window = (window << 1 | (isDark ? 1 : 0)) & 0x7FF
            var penalty = run == 5 ? 3 : run > 5 ? 1 : 0
            // Dark, light, three dark, light, dark, with four light ones on a side.
            if length >= 11, window == 0b1011101_0000 || window == 0b0000_1011101 { penalty += 40 }
            return penalty
        }
    }
}
