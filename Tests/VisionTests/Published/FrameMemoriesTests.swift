import Testing

@testable import Vision

/// What is attended to, against `sam2_base.py`.
@Suite("Memories of frames")
struct FrameMemoriesTests {
    /// As SAM 2.1 has them.
    private func memories(
        _ choice: FrameMemories.Choice = .recent, hasSignedDistance: Bool = true
    ) -> FrameMemories {
        FrameMemories(
            PublishedManifest.Settings(
                imageSide: 128, maskSide: 32, channels: 32, memoryWidth: 8, memoryTokens: 64, memories: 7, pointers: 16,
                hasPointerDistance: true, hasSignedDistance: hasSignedDistance, hasAbsentEmbedding: true,
                binarisesPromptedMasks: true, multimaskPoints: [0, 1], stabilityDelta: 0.05, stabilityThreshold: 0.98),
            choice: choice)
    }

    /// A frame that can be told from others by its memory and its pointer.
    private func frame(_ number: Int, score: Float = 1, iou: Float = 1, motion: Float? = nil) -> FrameMemories.Frame {
        FrameMemories.Frame(
            memory: [UInt16(number)], pointer: [Float(number)], score: score, iou: iou, motion: motion)
    }

    private func attended(_ memories: FrameMemories, at now: Int, backwards: Bool = false) -> [[Int]] {
        memories.recall(at: now, backwards: backwards).memories.map { [Int($0.memory[0]), $0.position] }
    }

    private func pointers(_ memories: FrameMemories, at now: Int, backwards: Bool = false) -> [[Int]] {
        memories.recall(at: now, backwards: backwards).pointers.map { [Int($0.values[0]), Int($0.distance)] }
    }

    @Test("the prompted frame has the last position, one of r frames ago position r - 1, the longest ago first")
    func positions() {
        var memories = memories()
        memories.rememberPrompted(frame(100), number: 100)
        #expect(attended(memories, at: 101) == [[100, 6]])
        for number in 101...110 { memories.rememberTracked(frame(number), number: number) }
        #expect(
            attended(memories, at: 111) == [
                [100, 6], [105, 5], [106, 4], [107, 3], [108, 2], [109, 1], [110, 0],
            ])
        #expect(pointers(memories, at: 111) == [[100, 11]] + (1...10).map { [111 - $0, $0] })
    }

    @Test("backwards, frames ahead are attended to, and a prompted frame of before is not pointed at")
    func backwards() {
        var memories = memories()
        memories.rememberPrompted(frame(90), number: 90)
        memories.rememberPrompted(frame(100), number: 100)
        memories.rememberTracked(frame(99), number: 99)
        memories.rememberTracked(frame(98), number: 98)
        #expect(attended(memories, at: 97, backwards: true) == [[90, 6], [100, 6], [99, 1], [98, 0]])
        #expect(pointers(memories, at: 97, backwards: true) == [[100, 3], [98, 1], [99, 2]])
        #expect(pointers(memories, at: 97) == [[90, 7]])
    }

    @Test("a frame that is corrected is asked with the same memories as when it was tracked")
    func corrected() {
        var memories = memories()
        memories.rememberPrompted(frame(0), number: 0)
        for number in 1...9 { memories.rememberTracked(frame(number), number: number) }
        let before = attended(memories, at: 10)
        memories.rememberTracked(frame(10), number: 10)
        #expect(attended(memories, at: 10) == before)
    }

    @Test("a frame that is prompted after it was tracked counts once, as a prompted one")
    func promptedLater() {
        var memories = memories()
        memories.rememberPrompted(frame(1), number: 1)
        memories.rememberTracked(frame(2), number: 2)
        memories.rememberPrompted(frame(3), number: 2)
        #expect(attended(memories, at: 3) == [[1, 6], [3, 6]])
    }

    @Test("a stream without an end keeps a bounded number of frames", arguments: FrameMemories.Choice.allCases)
    func bounded(choice: FrameMemories.Choice) {
        var memories = memories(choice)
        for number in 0..<10_000 {
            if number % 100 == 0 {
                memories.rememberPrompted(frame(number % 60_000), number: number)
            } else {
                memories.rememberTracked(frame(number, iou: number % 7 == 0 ? 0.9 : 0.2), number: number)
            }
            #expect(memories.memoryCount <= FrameMemories.mostPrompted + 14)
            #expect(memories.numbers.count <= FrameMemories.mostPrompted + 16 + 14)
        }
        #expect(memories.isPrompted(0) && memories.isPrompted(9_900))
    }

    @Test("by motion, the last frame and the last ones that were surely seen are attended to")
    func motionAware() {
        var memories = memories(.motionAware)
        memories.rememberPrompted(frame(0), number: 0)
        for number in 1...40 {
            let isSure = number <= 5 || number == 20
            memories.rememberTracked(
                frame(number, score: number == 19 ? -1 : 1, iou: isSure ? 0.9 : 0.3, motion: number == 4 ? 0 : 0.5),
                number: number)
        }
        // Frame 4 moved as nothing does; 40 is the last one and counts although it was not sure.
        #expect(attended(memories, at: 41) == [[0, 6], [1, 5], [2, 4], [3, 3], [5, 2], [20, 1], [40, 0]])
    }

    @Test("bfloat16 rounds to nearest, ties to even")
    func halfPrecision() {
        #expect(BFloat16.decode(BFloat16.encode(1)) == 1)
        #expect(BFloat16.encode(Float(bitPattern: 0x3f80_8000)) == 0x3f80)
        #expect(BFloat16.encode(Float(bitPattern: 0x3f81_8000)) == 0x3f82)
        #expect(BFloat16.encode(Float(bitPattern: 0xbf80_8001)) == 0xbf81)
    }
}
