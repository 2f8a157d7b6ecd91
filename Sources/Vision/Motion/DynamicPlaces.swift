import CMotion

/// Small fixed places that change to and fro over and over: a clock overlay, a blinking lamp, a fan. Learned per pixel
/// from the seconds in which a change in one direction follows one in the other, so that a puddle that creeps on does
/// not count; large places are never learned, so that people's ways stay watched.
final class DynamicPlaces {
    private static let turnScore: UInt8 = 16
    private static let learnedScore: UInt8 = 56
    private static let maxScore: UInt8 = 100
    private let width: Int
    private let height: Int
    /// Leaky count of the seconds in which the pixel turned.
    private let score: Plane<UInt8>
    /// Bit 0: the last change was upwards; bit 1: there was one; bit 2: a turn was counted in this second; bit 3: the
    /// pixel showed the background since the last counted turn. What stays in front is an object, however it flickers.
    private let memory: Plane<UInt8>
    /// 1 around large objects.
    private let busy: Plane<UInt8>
    private let candidate: Plane<UInt8>
    private let widened: Plane<UInt8>
    private let row: Plane<UInt8>
    /// 1 inside learned places.
    let places: Plane<UInt8>
    /// Rows of text beside learned places: small blobs there are further digits of the same clock.
    private(set) var rows: [(left: Int, top: Int, right: Int, bottom: Int)] = []
    private var components = Components()
    private var nextLeak: Double?

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        score = Plane(width: width, height: height, filledWith: 0)
        memory = Plane(width: width, height: height, filledWith: 0)
        busy = Plane(width: width, height: height, filledWith: 0)
        candidate = Plane(width: width, height: height, filledWith: 0)
        widened = Plane(width: width, height: height, filledWith: 0)
        row = Plane(width: width + 2, height: 1, filledWith: 0)
        places = Plane(width: width, height: height, filledWith: 0)
    }

    /// - Parameters:
    ///   - moving: 1 where this frame differs from a moment ago.
    ///   - change: by how much; its sign counts.
    ///   - foreground: non-zero where the frame differs from the background.
    ///   - objects: what is in front in this frame; around the large ones nothing is learned.
    func update(
        moving: Plane<UInt8>, change: Plane<Int16>, foreground: Plane<UInt8>, objects: [Component], seconds: Double
    ) {
        markBusy(objects)
        cm_count_turns(
            moving.pixels, change.pixels, foreground.pixels, busy.pixels, Self.turnScore, Self.maxScore, score.pixels,
            memory.pixels, Int32(width * height))
        guard let due = nextLeak else {
            nextLeak = seconds + 1
            return
        }
        guard seconds >= due else { return }
        nextLeak = seconds + 1
        let score = score.pixels, memory = memory.pixels
        for index in 0..<width * height {
            score[index] = score[index] > 0 ? score[index] &- 1 : 0
            memory[index] &= 11
        }
        relearn()
    }

    /// Whether a small blob lies in a learned row of text.
    func isText(_ component: Component) -> Bool {
        rows.contains { row in
            component.left >= row.left && component.right <= row.right && component.top >= row.top
                && component.bottom <= row.bottom
        }
    }

    private func markBusy(_ objects: [Component]) {
        busy.clear()
        for object in objects where object.area > width * height / 400 || object.height > height / 8 {
            let left = max(0, object.left - 4), right = min(width - 1, object.right + 4)
            for y in max(0, object.top - 4)...min(height - 1, object.bottom + 4) {
                (busy.pixels + y * width + left).update(repeating: 1, count: right - left + 1)
            }
        }
    }

    private func relearn() {
        let pixels = candidate.pixels, score = score.pixels
        for index in 0..<width * height { pixels[index] = score[index] >= Self.learnedScore ? 3 : 0 }
        // Close the gaps between strokes and digits.
        widened.dilate(candidate, row: row.pixels)
        candidate.dilate(widened, row: row.pixels)
        components.label(pixels, width: width, height: height)
        places.clear()
        rows.removeAll(keepingCapacity: true)
        for component in components.list {
            guard component.height <= height / 8, component.width <= width * 2 / 5,
                component.area <= width * height / 60
            else { continue }
            let margin = 2
            for y in max(0, component.top - margin)...min(height - 1, component.bottom + margin) {
                for x in max(0, component.left - margin)...min(width - 1, component.right + margin) {
                    places.pixels[y * width + x] = 1
                }
            }
            let tall = component.height
            if tall <= height / 12 {
                rows.append(
                    (
                        max(0, component.left - 10 * tall), component.top - 2,
                        min(width - 1, component.right + 10 * tall),
                        component.bottom + 2
                    ))
            }
        }
    }
}
