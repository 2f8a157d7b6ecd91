/// What a tracker remembers of the frames it has seen, and which of that is attended to in the next one: the reference's
/// policy (`sam2_base.py`, `_prepare_memory_conditioned_features`), with a bounded number of frames.
///
/// Frames have numbers; one forwards is 1 more, one backwards 1 less.
struct FrameMemories: Sendable {
    /// Which earlier frames are attended to, besides the prompted ones.
    enum Choice: String, Sendable, CaseIterable {
        /// The last six, as in the reference.
        case recent
        /// The last six in which the object was surely seen and moved as expected (Yang et al., SAMURAI, 2024, sec. 4.2).
        case motionAware
    }

    /// One frame.
    struct Frame: Sendable {
        /// What the memory encoder made, as bfloat16, which is how the reference keeps it; nil once it is too old.
        var memory: [UInt16]?
        var pointer: [Float]
        var score: Float
        var iou: Float
        /// How well the mask fitted the predicted motion; nil where there was no prediction.
        var motion: Float?
    }

    /// A memory that is attended to.
    struct Recalled: Sendable {
        var memory: [UInt16]
        /// Index into the temporal positions.
        var position: Int
    }

    struct Pointer: Sendable {
        var values: [Float]
        /// Frames between it and now; negative for one that lies ahead.
        var distance: Float
    }

    /// Prompted frames that are kept: the first, and the last ones. The reference keeps all, and a stream has no end.
    static let mostPrompted = 8
    /// In SAMURAI, a frame counts as surely seen above these.
    static let leastIoU: Float = 0.5, leastScore: Float = 0, leastMotion: Float = 0

    let memories: Int
    let pointers: Int
    let hasSignedDistance: Bool
    let choice: Choice
    private var prompted: [(number: Int, frame: Frame)] = []
    private var tracked: [Int: Frame] = [:]

    init(_ settings: PublishedManifest.Settings, choice: Choice) {
        memories = settings.memories
        pointers = settings.pointers
        hasSignedDistance = settings.hasSignedDistance
        self.choice = choice
    }

    var isEmpty: Bool { prompted.isEmpty }
    /// Numbers of all frames that something is kept of.
    var numbers: [Int] { prompted.map(\.number) + tracked.keys }
    /// Frames whose memories are kept, which is what takes space.
    var memoryCount: Int { prompted.count + tracked.values.count { $0.memory != nil } }

    func isPrompted(_ number: Int) -> Bool { prompted.contains { $0.number == number } }

    mutating func removeAll() {
        prompted = []
        tracked = [:]
    }

    // MARK: Remembering

    mutating func rememberPrompted(_ frame: Frame, number: Int) {
        tracked[number] = nil
        if let index = prompted.firstIndex(where: { $0.number == number }) {
            prompted[index].frame = frame
        } else {
            prompted.append((number, frame))
            if prompted.count > Self.mostPrompted { prompted.remove(at: 1) }
        }
    }

    mutating func rememberTracked(_ frame: Frame, number: Int) {
        tracked[number] = frame
        forget(around: number)
    }

    /// Lets go of what no frame in either direction will ask for any more, nor this one when it is corrected.
    private mutating func forget(around now: Int) {
        let recent = memories - 1
        var kept = Set(tracked.keys.filter { abs($0 - now) <= recent })
        if choice == .motionAware {
            for (number, backwards) in [(now, false), (now + 1, false), (now, true), (now - 1, true)] {
                kept.formUnion(surelySeen(before: number, backwards: backwards, atMost: recent))
            }
        }
        for number in tracked.keys where !kept.contains(number) {
            if abs(number - now) < pointers { tracked[number]?.memory = nil } else { tracked[number] = nil }
        }
    }

    // MARK: Recalling

    /// What is attended to in frame `now`.
    func recall(at now: Int, backwards: Bool) -> (memories: [Recalled], pointers: [Pointer]) {
        (recalled(at: now, backwards: backwards), pointers(at: now, backwards: backwards))
    }

    private func recalled(at now: Int, backwards: Bool) -> [Recalled] {
        var found = prompted.compactMap { _, frame in
            frame.memory.map { Recalled(memory: $0, position: memories - 1) }
        }
        // The longest ago first: position r - 1 is for the memory of r frames ago, or for the r-th last that was chosen.
        for (steps, number) in chosen(before: now, backwards: backwards) {
            if let memory = tracked[number]?.memory { found.append(Recalled(memory: memory, position: steps - 1)) }
        }
        return found
    }

    private func chosen(before now: Int, backwards: Bool) -> [(steps: Int, number: Int)] {
        let direction = backwards ? 1 : -1, count = memories - 1
        switch choice {
        case .recent:
            return (1...count).reversed().map { ($0, now + direction * $0) }
        case .motionAware:
            var numbers = surelySeen(before: now, backwards: backwards, atMost: count)
            let last = now + direction
            if numbers.first != last { numbers = [last] + numbers.prefix(count - 1) }
            return numbers.enumerated().reversed().map { ($0.offset + 1, $0.element) }
        }
    }

    /// Numbers of the last frames in which the object was surely seen, the last first.
    private func surelySeen(before now: Int, backwards: Bool, atMost count: Int) -> [Int] {
        let numbers = tracked.filter { number, frame in
            frame.memory != nil && (backwards ? number > now : number < now) && frame.iou > Self.leastIoU
                && frame.score > Self.leastScore && frame.motion ?? .infinity > Self.leastMotion
        }.keys
        return Array((backwards ? numbers.sorted() : numbers.sorted(by: >)).prefix(count))
    }

    private func pointers(at now: Int, backwards: Bool) -> [Pointer] {
        let direction = backwards ? 1 : -1
        var found = prompted.compactMap { number, frame -> Pointer? in
            guard backwards ? number >= now : number <= now else { return nil }
            let steps = (now - number) * (backwards ? -1 : 1)
            return Pointer(values: frame.pointer, distance: Float(hasSignedDistance ? steps : abs(steps)))
        }
        for steps in 1..<pointers {
            if let frame = tracked[now + direction * steps] {
                found.append(Pointer(values: frame.pointer, distance: Float(steps)))
            }
        }
        return found
    }
}

/// Half-precision storage: the upper half of a float32, rounded to nearest, ties to even.
enum BFloat16 {
    static func encode(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) >> 16)
    }

    static func decode(_ value: UInt16) -> Float { Float(bitPattern: UInt32(value) << 16) }
}
