/// Something followed through one epoch of a camera, with its history. The form of tracks in a clip's sidecar.
public struct Track: Hashable, Sendable, Codable {
    public enum Origin: String, Sendable, Codable {
        /// The gate saw it move or appear.
        case motion
        /// A person prompted it.
        case prompt
        /// It was followed back from where it came to rest, as the proof of an incident.
        case retrace
    }

    public var id: TrackID
    public var origin: Origin
    /// In order of time.
    public var samples: [TrackSample]

    public init(id: TrackID, origin: Origin, samples: [TrackSample] = []) {
        self.id = id
        self.origin = origin
        self.samples = samples
    }
}

/// A track at one moment. Positions are pixels of the analysed picture.
public struct TrackSample: Hashable, Sendable, Codable {
    /// Seconds on the camera's media time (of the track's epoch); in a clip's sidecar, seconds on the clip's time.
    public var seconds: Double
    public var region: Region
    public var centroid: Point
    /// Pixels.
    public var area: Double
    /// What the motion gate saw; nil for a sample that comes from the network alone.
    public var cues: MotionCues?
    /// The network's mask, at the analysis rate only.
    public var mask: Mask?
    /// The network's predicted IoU of `mask`, 0 to 1.
    public var quality: Double?

    public init(
        seconds: Double, region: Region, centroid: Point, area: Double, cues: MotionCues? = nil, mask: Mask? = nil,
        quality: Double? = nil
    ) {
        self.seconds = seconds
        self.region = region
        self.centroid = centroid
        self.area = area
        self.cues = cues
        self.mask = mask
        self.quality = quality
    }
}

/// One track in one frame.
public struct TrackObservation: Hashable, Sendable, Codable {
    public enum Phase: Hashable, Sendable, Codable {
        /// Seen for the first time.
        case appeared
        /// Seen again.
        case continued
        /// Not seen in this frame; `sample` is the last one. It may return.
        case lost
        /// Will not return; `sample` is the last one.
        case ended
    }

    public var id: TrackID
    public var origin: Track.Origin
    public var phase: Phase
    public var sample: TrackSample

    public init(id: TrackID, origin: Track.Origin, phase: Phase, sample: TrackSample) {
        self.id = id
        self.origin = origin
        self.phase = phase
        self.sample = sample
    }
}

/// A part of a blob that moves on its own, in one frame: a box that slides off a cart while the cart, the person beside it
/// and the box are one blob. Positions are pixels of the analysed picture.
public struct MovingPart: Hashable, Sendable, Codable {
    /// The same number is the same part, as long as the scene is followed.
    public var number: Int
    public var region: Region
    public var centroid: Point
    /// Pixels.
    public var area: Double
    /// False once it has come to rest: `region` is where it stopped.
    public var moves: Bool
    /// Part of `region` that is in front of the background, 0 to 1: near 0 when what stopped there is gone.
    public var covered: Double

    public init(number: Int, region: Region, centroid: Point, area: Double, moves: Bool, covered: Double) {
        self.number = number
        self.region = region
        self.centroid = centroid
        self.area = area
        self.moves = moves
        self.covered = covered
    }
}

/// What the motion gate measures of a changed blob in one frame, against the background model and the frame before.
/// All are cheap and class-agnostic; the rules weigh them.
public struct MotionCues: Hashable, Sendable, Codable {
    /// Part of the blob's pixels that changed since the frame before, 0 (stands still) to 1.
    public var movingFraction: Double
    /// Part of the blob's area one frame before that is still inside the blob, 0 to 1: near 1 for something that
    /// spreads, lower for something that moves away. 0 in a blob's first frame.
    public var containment: Double
    /// Correlation of the picture's gradients with the background's inside the blob, −1 to 1: high when the surface
    /// shows through (shadow, light, thin liquid), near 0 when another surface covers it.
    public var textureSimilarity: Double
    /// Mean luma inside the blob divided by the background's, > 0: below 1 for shadows and most liquids.
    public var lumaRatio: Double
    /// Mean gradient magnitude inside the blob divided by the background's there: below 1 when the new surface is
    /// smoother than what it covers.
    public var textureRatio: Double
    /// How far the blob's inside differs from what is around it in the picture, as a part of that and the same in the
    /// background, 0 to 1: near 1 for something that came into the scene, near 0 for the place something left. nil while it
    /// moves, and when not measured.
    public var outlineContrast: Double?
    /// Mean position of the blob's pixels that changed since the frame before, in pixels of the analysed picture; nil
    /// when none did or when not measured. What falls out of a blob that hangs together moves it, however large the rest.
    public var movingCentroid: Point?
    /// Parts of the blob that move, or just moved, on their own. Nil when there are none.
    public var parts: [MovingPart]?

    public init(
        movingFraction: Double, containment: Double, textureSimilarity: Double, lumaRatio: Double, textureRatio: Double,
        outlineContrast: Double? = nil, movingCentroid: Point? = nil, parts: [MovingPart]? = nil
    ) {
        self.movingFraction = movingFraction
        self.containment = containment
        self.textureSimilarity = textureSimilarity
        self.lumaRatio = lumaRatio
        self.textureRatio = textureRatio
        self.outlineContrast = outlineContrast
        self.movingCentroid = movingCentroid
        self.parts = parts
    }
}
