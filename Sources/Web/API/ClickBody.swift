import Domain

/// Clicks on one frame, as a body or as a part of one.
struct ClickBody: APIBody {
    enum CodingKeys: String, CodingKey, CaseIterable { case time, clip, seconds, positive, negative, box }

    private struct Time: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case epoch, pts90k }
        var epoch: Int
        var pts90k: Int64

        func check() throws {
            try APIError.check(epoch, CodingKeys.epoch, 0...Int(Int32.max))
            try APIError.check(pts90k, CodingKeys.pts90k, 0...1 << 62)
        }
    }

    static let maxPoints = 32

    private var time: Checked<Time>?
    private var clip: String?
    private var seconds: Double?
    private var positive: [[Double]]
    private var negative: [[Double]]?
    private var box: [Double]?

    func check() throws {
        try APIError.check(clip, CodingKeys.clip, length: 1...64)
        try APIError.check(seconds, CodingKeys.seconds, 0...86_400)
        try check(positive, .positive)
        try check(negative ?? [], .negative)
        guard box.map({ $0.count == 4 && $0.allSatisfy((0.0...1.0).contains) }) ?? true else {
            throw APIError.invalid("\"box\" must be [x, y, width, height] in fractions of the picture.")
        }
        guard !positive.isEmpty || box != nil else {
            throw APIError.unprocessable("Click on the object, or draw a box.")
        }
        guard time == nil || clip == nil else { throw APIError.unprocessable("Either \"time\" or \"clip\", not both.") }
    }

    private func check(_ points: [[Double]], _ key: CodingKeys) throws {
        guard points.count <= Self.maxPoints else {
            throw APIError.invalid("\"\(key.rawValue)\" must be a list of at most \(Self.maxPoints).")
        }
        guard points.allSatisfy({ $0.count == 2 && $0.allSatisfy((0.0...1.0).contains) }) else {
            throw APIError.invalid("\"\(key.rawValue)\" must be points [x, y], each from 0 to 1.")
        }
    }

    /// What was checked, in the program's own words.
    func click() -> PictureClick {
        let moment: PictureClick.Moment =
            if let time = time?.body {
                .live(MediaTime(epoch: time.epoch, pts90k: time.pts90k))
            } else if let clip {
                .clip(ClipID(rawValue: clip), seconds: seconds ?? 0)
            } else {
                .newest
            }
        let corners = box.map { box in
            (
                from: Point(x: box[0], y: box[1]),
                to: Point(x: min(1, box[0] + box[2]), y: min(1, box[1] + box[3]))
            )
        }
        return PictureClick(
            moment: moment, positive: positive.map { Point(x: $0[0], y: $0[1]) },
            negative: (negative ?? []).map { Point(x: $0[0], y: $0[1]) }, box: corners)
    }
}
