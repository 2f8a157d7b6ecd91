/// A connected part of a bitmap.
struct Component {
    /// First and last column and row.
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int
    /// Pixels.
    var area = 0
    /// Pixels that differ for sure.
    var strong = 0
    /// Range of its runs in `Components.runs`.
    var runs: Range<Int> = 0..<0

    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }
}

/// A piece of a row.
struct Run {
    var row: Int32
    var start: Int32
    /// First column beyond.
    var end: Int32
    var component: Int32
}

/// Connected components (8-neighbourhood) by union-find over runs (after He, Chao, Suzuki 2008). Buffers are kept.
struct Components {
    private(set) var list: [Component] = []
    /// Sorted by component, then by row.
    private(set) var runs: [Run] = []
    /// True when the frame had more runs than fit; the rest was left out.
    private(set) var overflowed = false
    private var found: [Run] = []
    private var parents: [Int32] = []
    private var numbers: [Int32] = []
    private var starts: [Int] = []
    private let maxRuns: Int

    init(maxRuns: Int = 24_000) {
        self.maxRuns = maxRuns
        found.reserveCapacity(maxRuns)
        runs.reserveCapacity(maxRuns)
        parents.reserveCapacity(maxRuns)
    }

    /// As of a frame in which nothing is set.
    mutating func clear() {
        list.removeAll(keepingCapacity: true)
        runs.removeAll(keepingCapacity: true)
    }

    /// - Parameter flags: bit 0 is set inside, bit 1 where it is sure.
    mutating func label(_ flags: UnsafePointer<UInt8>, width: Int, height: Int) {
        found.removeAll(keepingCapacity: true)
        parents.removeAll(keepingCapacity: true)
        overflowed = false
        var previous = 0..<0
        for y in 0..<height {
            let row = flags + y * width
            let first = found.count
            var x = 0
            while x < width {
                // Most of the frame is empty: eight pixels at a time.
                if x &+ 8 <= width,
                    UnsafeRawPointer(row + x).loadUnaligned(as: UInt64.self) & 0x0101_0101_0101_0101 == 0
                {
                    x &+= 8
                    continue
                }
                if row[x] & 1 == 0 {
                    x &+= 1
                    continue
                }
                let start = x
                while x < width, row[x] & 1 != 0 { x &+= 1 }
                guard found.count < maxRuns else {
                    overflowed = true
                    break
                }
                parents.append(Int32(found.count))
                found.append(Run(row: Int32(y), start: Int32(start), end: Int32(x), component: 0))
            }
            join(previous, first..<found.count)
            previous = first..<found.count
        }
        collect(flags, width: width)
    }

    private mutating func join(_ above: Range<Int>, _ here: Range<Int>) {
        var upper = above.lowerBound
        for lower in here {
            while upper < above.upperBound, found[upper].end < found[lower].start { upper += 1 }
            var other = upper
            while other < above.upperBound, found[other].start <= found[lower].end {
                let a = root(Int32(other)), b = root(Int32(lower))
                if a < b { parents[Int(b)] = a } else { parents[Int(a)] = b }
                other += 1
            }
        }
    }

    private mutating func root(_ index: Int32) -> Int32 {
        var index = index
        while parents[Int(index)] != index {
            parents[Int(index)] = parents[Int(parents[Int(index)])]
            index = parents[Int(index)]
        }
        return index
    }

    private mutating func collect(_ flags: UnsafePointer<UInt8>, width: Int) {
        list.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        for index in found.indices {
            let top = Int(root(Int32(index)))
            // The root of a component is its first run, so it has its number already.
            if top == index {
                numbers.append(Int32(list.count))
                list.append(Component(left: .max, top: .max, right: 0, bottom: 0))
            } else {
                numbers.append(numbers[top])
            }
            let number = Int(numbers[index])
            found[index].component = Int32(number)
            let run = found[index]
            var component = list[number]
            component.left = min(component.left, Int(run.start))
            component.right = max(component.right, Int(run.end) - 1)
            component.top = min(component.top, Int(run.row))
            component.bottom = max(component.bottom, Int(run.row))
            component.area += Int(run.end - run.start)
            component.runs = 0..<component.runs.upperBound + 1
            let row = flags + Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) { component.strong &+= Int((row[x] >> 1) & 1) }
            list[number] = component
        }
        starts.removeAll(keepingCapacity: true)
        var next = 0
        for number in list.indices {
            starts.append(next)
            let count = list[number].runs.count
            list[number].runs = next..<next + count
            next += count
        }
        runs.removeAll(keepingCapacity: true)
        runs.append(contentsOf: found)
        for run in found {
            runs[starts[Int(run.component)]] = run
            starts[Int(run.component)] += 1
        }
    }
}
