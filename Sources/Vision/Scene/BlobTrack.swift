import Domain

/// One track as the gate's pixels show it; positions in gate pixels.
struct BlobTrack {
    /// Its number in the label maps, from 1.
    let label: UInt16
    /// nil until it has been seen often enough to be told.
    var id: TrackID?
    let bornSeconds: Double
    let birthBox: Box
    var box: Box
    var centroid: (x: Double, y: Double)
    var area: Double
    /// Gate pixels per second.
    var velocity: (x: Double, y: Double) = (0, 0)
    var cues = MotionCues(movingFraction: 0, containment: 0, textureSimilarity: 0, lumaRatio: 1, textureRatio: 1)
    /// What moves, or just moved, on its own within it.
    var parts: [PartTracker.Part] = []
    var framesSeen = 1
    var lastSeenSeconds: Double
    /// When it last moved as a whole or in a good part.
    var lastMobileSeconds: Double
    /// When it came to rest; nil while it moves.
    var restingSince: Double?
    /// Area and moment against which slow growth is judged.
    var steadyArea: Double
    var steadySince: Double
    /// How long it has been seen apart from others, in seconds.
    var aloneSeconds = 0.0
    /// Whether this frame shows it.
    var isSeen = true
    var wasTold = false

    init(label: UInt16, box: Box, seconds: Double) {
        self.label = label
        bornSeconds = seconds
        birthBox = box
        self.box = box
        centroid = (Double(box.left + box.right + 1) / 2, Double(box.top + box.bottom + 1) / 2)
        area = Double(box.width * box.height)
        lastSeenSeconds = seconds
        lastMobileSeconds = seconds
        steadyArea = 0
        steadySince = seconds
    }

    var size: Double { Double(max(box.width, box.height)) }
    var speed: Double { (velocity.x * velocity.x + velocity.y * velocity.y).squareRoot() }

    func predictedCentroid(after seconds: Double) -> (x: Double, y: Double) {
        (centroid.x + velocity.x * seconds, centroid.y + velocity.y * seconds)
    }

    func predictedBox(after seconds: Double) -> Box {
        box.moved(x: Int((velocity.x * seconds).rounded()), y: Int((velocity.y * seconds).rounded()))
    }
}

/// Whole pixels, both ends included.
struct Box: Equatable {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }
    var area: Int { max(0, width) * max(0, height) }

    func moved(x: Int, y: Int) -> Box { Box(left: left + x, top: top + y, right: right + x, bottom: bottom + y) }

    func intersection(_ other: Box) -> Int {
        let wide = min(right, other.right) - max(left, other.left) + 1
        let tall = min(bottom, other.bottom) - max(top, other.top) + 1
        return wide > 0 && tall > 0 ? wide * tall : 0
    }

    /// Pixels between the two, the larger of both directions; 0 when they touch or overlap.
    func gap(_ other: Box) -> Int {
        max(0, max(left, other.left) - min(right, other.right) - 1, max(top, other.top) - min(bottom, other.bottom) - 1)
    }
}

extension Component {
    var box: Box { Box(left: left, top: top, right: right, bottom: bottom) }
}
