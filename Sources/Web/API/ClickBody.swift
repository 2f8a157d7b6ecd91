import Domain

/// Clicks on one frame, as a body or as a part of one.
struct ClickBody: APIBody {
    static let keys: Set<String> = ["time", "clip", "seconds", "positive", "negative", "box"]
    static let maxPoints = 32

    var click: PictureClick

    init(reading json: JSONReader) throws {
        guard json.raw("positive") != nil else { throw APIError.invalid("\"positive\" is missing.") }
        let positive = try Self.points(json, "positive"), negative = try Self.points(json, "negative")
        var box: (from: Point, to: Point)?
        if let values = try json.list("box", max: 4) {
            let numbers = values.compactMap(\.double)
            guard numbers.count == 4, numbers.allSatisfy((0.0...1.0).contains) else {
                throw APIError.invalid("\"box\" must be [x, y, width, height] in fractions of the picture.")
            }
            box = (
                Point(x: numbers[0], y: numbers[1]),
                Point(x: min(1, numbers[0] + numbers[2]), y: min(1, numbers[1] + numbers[3]))
            )
        }
        guard !positive.isEmpty || box != nil else {
            throw APIError.unprocessable("Click on the object, or draw a box.")
        }
        click = PictureClick(moment: try Self.moment(json), positive: positive, negative: negative, box: box)
    }

    private static func moment(_ json: JSONReader) throws -> PictureClick.Moment {
        let time = try json.section("time", keys: ["epoch", "pts90k"])
        let clip = try json.optionalText("clip", length: 1...64)
        let seconds = try json.number("seconds", 0...86_400)
        switch (time, clip) {
        case (let time?, nil):
            guard let epoch = try time.integer("epoch", 0...Int64(Int32.max)),
                let pts = try time.integer("pts90k", 0...1 << 62)
            else { throw APIError.invalid("\"time\" needs \"epoch\" and \"pts90k\".") }
            return .live(MediaTime(epoch: Int(epoch), pts90k: pts))
        case (nil, let clip?): return .clip(ClipID(rawValue: clip), seconds: seconds ?? 0)
        case (nil, nil): return .newest
        default: throw APIError.unprocessable("Either \"time\" or \"clip\", not both.")
        }
    }

    private static func points(_ json: JSONReader, _ key: String) throws -> [Point] {
        try (json.list(key, max: maxPoints) ?? []).map { value in
            guard case .list(let pair) = value, pair.count == 2, let x = pair[0].double, let y = pair[1].double,
                (0...1).contains(x), (0...1).contains(y)
            else { throw APIError.invalid("\"\(key)\" must be points [x, y], each from 0 to 1.") }
            return Point(x: x, y: y)
        }
    }
}
