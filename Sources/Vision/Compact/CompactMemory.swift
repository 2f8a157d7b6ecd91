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
