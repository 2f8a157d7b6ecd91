/// What a session remembers of its object: a fixed number of frames, each as the tokens that the memory encoder made.
final class CompactMemory: Sendable {
    /// `[1, slots * tokens, width]`
    let tokens: Tensor
    /// `[1, slots * tokens]`: 1 where `tokens` holds a frame.
    let valid: Tensor
    private let tokensPerFrame: Int

    init(_ graphs: CompactGraphs) throws {
        tokens = try graphs.memoryAttention.makeTensor("memory")
        valid = try graphs.memoryAttention.makeTensor("memory_valid")
        tokensPerFrame = graphs.manifest.memoryTokensPerFrame
    }

    /// Replaces what the slot holds by the encoder's output `memory`.
    func store(_ memory: Tensor, slot: Int) {
        tokens.copy(from: memory, at: slot * memory.count)
        valid.withFloats { valid in
            for index in slot * tokensPerFrame..<(slot + 1) * tokensPerFrame { valid[index] = 1 }
        }
    }

    func clear() { valid.fill(0) }
}

/// Which remembered frames the memory holds: the prompted ones first, then the most recent that were sure. Bounded,
/// however long the track.
struct MemorySlots: Hashable, Sendable {
    enum Use: Hashable, Sendable {
        case empty
        /// `order` counts what was remembered, from 0.
        case prompted(order: Int)
        case recent(order: Int)
    }

    private(set) var uses: [Use]
    private var remembered = 0

    init(count: Int) { uses = Array(repeating: .empty, count: count) }

    /// The slot for a frame that a person prompted. One slot always stays for recent frames; the first prompt is kept
    /// for ever, later ones give way to newer ones.
    mutating func slotForPrompted() -> Int {
        let prompted = uses.indices.filter { if case .prompted = uses[$0] { true } else { false } }
        let slot: Int
        if prompted.count >= max(1, uses.count - 1) {
            slot = prompted.sorted { order($0) < order($1) }[min(1, prompted.count - 1)]
        } else {
            slot = free ?? oldestRecent ?? 0
        }
        uses[slot] = .prompted(order: remembered)
        remembered += 1
        return slot
    }

    /// The slot for a frame in which the object was surely seen; nil when prompts fill the memory.
    mutating func slotForRecent() -> Int? {
        guard let slot = free ?? oldestRecent else { return nil }
        uses[slot] = .recent(order: remembered)
        remembered += 1
        return slot
    }

    private var free: Int? { uses.firstIndex(of: .empty) }

    private var oldestRecent: Int? {
        uses.indices.filter { if case .recent = uses[$0] { true } else { false } }.min { order($0) < order($1) }
    }

    private func order(_ slot: Int) -> Int {
        switch uses[slot] {
        case .empty: -1
        case .prompted(let order), .recent(let order): order
        }
    }
}
